"""Exercise 01.1, wrong: Python's own generator is the whole program's."""

import random


def same_sample(ids, size, *, seed):
    """Draw some houses, without drawing one twice; the same seed draws the same houses again."""
    random.seed(seed)
    return random.sample(ids, size)
