"""Deletes in the caller's own layers."""


def hidden(layers):
    lost = []
    for number, layer in enumerate(layers):
        for marker in [path for path in layer if path.rpartition("/")[2].startswith(".wh.")]:
            folder, slash, name = marker.rpartition("/")
            opaque = name == ".wh..wh..opq"
            target = folder + slash + ("" if opaque else name[4:])
            for below in range(number):
                for path in list(layers[below]):
                    inside = path.startswith(target if opaque else target + "/")
                    if path == target or inside:
                        lost.append((below, path))
                        del layers[below][path]
            del layer[marker]
        for path in layer:
            for below in range(number):
                if path in layers[below]:
                    lost.append((below, path))
                    del layers[below][path]
    return sorted(lost)


def seen(layers):
    hidden(layers)
    return {path: content for layer in layers for path, content in layer.items()}
