"""A training goes step by step; when it fails, its name says where."""


class StepFailed(Exception):
    """A step of a training has failed: the message begins with its name."""


def run(steps, value):
    """Take a value through steps, one after the other.

    Parameters
    ----------
    steps : list of (str, callable)
        Name of each step, and what it does: it is called with what the step before it returned.
    value : object
        What the first step is called with: a table of sales, or where to find one.

    Returns
    -------
    object
        What the last step returned.

    Raises
    ------
    StepFailed
        If a step raises an exception. The text is the name of the step, a colon, a blank and the
        text of that exception, which is kept as the cause. No later step is called.
    """
    result = value
    for name, step in steps:
        try:
            result = step(value)
        except Exception as error:
            raise StepFailed(f"{name}: {error}") from error
    return result
