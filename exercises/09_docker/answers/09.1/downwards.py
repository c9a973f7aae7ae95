"""Layer by layer from above: what a layer covers is remembered for those below it."""

import re


def walk(layers):
    taken, patterns = set(), []
    for number in range(len(layers) - 1, -1, -1):
        names = [path for path in layers[number] if not re.search(r"(^|/)\.wh\.[^/]*$", path)]
        for path in names:
            gone = path in taken or any(re.match(pattern, path) for pattern in patterns)
            yield number, path, not gone
        taken.update(names)
        for path in layers[number].keys() - set(names):
            folder, marker = re.fullmatch(r"(.*/)?\.wh\.([^/]*)", path).groups(default="")
            if marker == ".wh..opq":
                patterns.append(re.escape(folder))
            else:
                patterns.append(re.escape(folder + marker) + r"(/|$)")


def seen(layers):
    return {path: layers[number][path] for number, path, on_top in walk(layers) if on_top}


def hidden(layers):
    return sorted([[number, path] for number, path, on_top in walk(layers) if not on_top])
