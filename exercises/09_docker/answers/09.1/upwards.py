"""Layer by layer from below: first what its markers delete, then what it brings."""


def _overlay(layers):
    files, lost = {}, []
    for number, layer in enumerate(layers):
        names = {path: path.rpartition("/") for path in layer}
        for folder, slash, name in names.values():
            if name == ".wh..wh..opq":
                gone = [path for path in files if path.startswith(folder + slash)]
            elif name.startswith(".wh."):
                target = folder + slash + name[4:]
                gone = [p for p in files if p == target or p.startswith(target + "/")]
            else:
                continue
            for path in gone:
                lost.append((files.pop(path)[0], path))
        for path, content in layer.items():
            if names[path][2].startswith(".wh."):
                continue
            if path in files:
                lost.append((files[path][0], path))
            files[path] = (number, content)
    return files, lost


def seen(layers):
    return {path: content for path, (_, content) in _overlay(layers)[0].items()}


def hidden(layers):
    return sorted(_overlay(layers)[1])
