"""Is a new model worse for somebody? Slices of its errors, and how sure one can be of them."""

import numpy as np

FEWEST = 20
SMALL = "small"


def worse_slices(errors):
    """Return the slices for which the new model is worse than the old, sorted by name.

    `errors` is a table with one row for each house: "slice", and the absolute errors "old" and
    "new" of its log price.
    """
    # TODO: judge each slice by the mean change of its errors and its standard error, the small ones
    # together
    raise NotImplementedError("exercise 05.6 is still to do")


def error_ratio(errors, group, seed=0):
    """Return how many times as large errors are in a group as outside, and a 95 % interval.

    `errors` are absolute errors, `group` says of each house whether it belongs to the group.
    """
    # TODO: return the ratio of the mean errors and the two ends of its 95 % interval
    raise NotImplementedError("exercise 05.6 is still to do")
