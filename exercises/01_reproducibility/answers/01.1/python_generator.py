"""Exercise 01.1, with Python's own generators: one of its own, made from the seed."""

import random


def same_sample(ids, size, *, seed):
    """Draw some houses, without drawing one twice; the same seed draws the same houses again."""
    return random.Random(seed).sample(ids, size)
