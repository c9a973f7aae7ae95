"""Exercise 01.1: the surveyor visits a sample of the houses. Which ones must not be luck."""

import numpy as np


def same_sample(ids, size, *, seed):
    """Draw some houses, without drawing one twice; the same seed draws the same houses again.

    Parameters
    ----------
    ids : list of int
        The houses to draw from, each with its own number.
    size : int
        How many houses to draw.
    seed : int
        Decides what is drawn: another seed draws other houses.

    Returns
    -------
    list of int

    Examples
    --------
    >>> same_sample([101, 102, 103, 104], 2, seed=7) == same_sample([101, 102, 103, 104], 2, seed=7)
    True
    """
    # TODO: make a generator from the seed, and let it choose `size` of the ids, none of them twice
    raise NotImplementedError("exercise 01.1 is still to do")
