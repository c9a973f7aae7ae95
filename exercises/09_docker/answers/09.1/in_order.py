"""Paths one after the other, as they come: a marker deletes what was put there, by its own layer too."""


def _overlay(layers):
    files, lost = {}, []
    for number, layer in enumerate(layers):
        for path, content in layer.items():
            folder, slash, name = path.rpartition("/")
            if name == ".wh..wh..opq":
                gone = [p for p in files if p.startswith(folder + slash)]
            elif name.startswith(".wh."):
                target = folder + slash + name[4:]
                gone = [p for p in files if p == target or p.startswith(target + "/")]
            else:
                gone = [path] if path in files else []
            lost += [(files.pop(p)[0], p) for p in gone]
            if not name.startswith(".wh."):
                files[path] = (number, content)
    return files, lost


def seen(layers):
    return {path: content for path, (_, content) in _overlay(layers)[0].items()}


def hidden(layers):
    return sorted(_overlay(layers)[1])
