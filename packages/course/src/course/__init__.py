"""Grades a learner's code outside the learner's process."""

__version__ = "1.0.0"


def load_ipython_extension(ipython: object) -> None:
    """Give a notebook the magics `%check`, `%hint` and `%progress`: `%load_ext course`.

    Parameters
    ----------
    ipython : IPython.core.interactiveshell.InteractiveShell
        The shell of its kernel.
    """
    # pylint: disable-next=import-outside-toplevel  # for notebooks alone: it loads the grader
    from course.jupyter.magics import load

    load(ipython)
