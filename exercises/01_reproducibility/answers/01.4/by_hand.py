"""Exercise 01.4 without a library: what stands between the name and the semicolon."""


def loose_lines(lines):
    """Return the requirements that do not name exactly one version, in their order."""
    loose = []
    for line in lines:
        text = line.split("#")[0].split(";")[0].strip()
        if text and ("==" not in text or "*" in text or "," in text):
            loose.append(line)
    return loose
