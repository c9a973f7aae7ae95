"""Exercise 01.4: a line is pinned when its one clause names a version in full."""

import re

from packaging.requirements import Requirement


def loose_lines(lines):
    """Return the requirements that do not name exactly one version, in their order."""
    required = [line for line in lines if line.strip() and not line.strip().startswith("#")]
    return [
        line for line in required if not re.fullmatch(r"==[^*,]+", str(Requirement(line).specifier))
    ]
