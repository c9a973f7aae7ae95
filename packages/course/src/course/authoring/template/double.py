"""TODO: what this module is for."""


def double(number):
    """Return twice the number."""
    return 2 * number
