"""Exercise 01.4, wrong: the marker after the semicolon has two equal signs, too."""


def loose_lines(lines):
    """Return the requirements that do not name exactly one version, in their order."""
    required = [line for line in lines if line.strip() and not line.startswith("#")]
    return [line for line in required if "==" not in line or ".*" in line]
