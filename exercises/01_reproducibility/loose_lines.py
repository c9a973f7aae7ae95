"""Exercise 01.4: which lines of a requirements file depend on the day of the installation?"""

from packaging.requirements import Requirement


def loose_lines(lines):
    """Return the requirements that do not name exactly one version, in their order.

    Parameters
    ----------
    lines : list of str
        Each is a requirement, a comment (it begins with `#`), or blank.

    Returns
    -------
    list of str
        Lines as they were handed in.

    Examples
    --------
    >>> loose_lines(["# for plots", "matplotlib", "numpy==2.4.6"])
    ['matplotlib']
    """
    # TODO: keep each line that is a requirement and does not name exactly one version
    raise NotImplementedError("exercise 01.4 is still to do")
