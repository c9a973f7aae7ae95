"""All layers as one, then all markers: a deleted file cannot come back."""


def seen(layers):
    files = {}
    for layer in layers:
        files |= layer
    lost = set(hidden(layers, everything=True))
    return {p: c for p, c in files.items() if "/.wh." not in f"/{p}" and p not in lost}


def hidden(layers, everything=False):
    found = []
    for number, layer in enumerate(layers):
        for path in layer:
            if "/.wh." in f"/{path}":
                continue
            for later, other in enumerate(layers):
                if later != number and later >= number and path in other and not everything:
                    found.append((number, path))
                    break
                if later <= number:
                    continue
                for marker in other:
                    folder, slash, name = marker.rpartition("/")
                    target = folder + slash + name.removeprefix(".wh.")
                    if name == ".wh..wh..opq":
                        gone = path.startswith(folder + slash) and path not in other
                    else:
                        gone = name.startswith(".wh.") and (path + "/").startswith(target + "/")
                    if gone:
                        found.append(path if everything else (number, path))
    return found if everything else sorted(set(found))
