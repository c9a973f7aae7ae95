"""What a container sees of an image's layers, and what is in them all the same."""

from pathlib import PurePosixPath

WHITEOUT = ".wh."  # `app/.wh.token`: whatever lower layers have at `app/token` is deleted
OPAQUE = ".wh..wh..opq"  # `app/.wh..wh..opq`: whatever lower layers have in `app` is deleted


def seen(layers):
    """Return what a container sees: the content of each file by its path.

    Parameters
    ----------
    layers : list of dict
        The lowest first: the content of each file (bytes) by its path, such as `app/model.onnx`.
        Markers are among them, and no container sees a marker.
    """
    return {
        path: content
        for number, layer in enumerate(layers)
        for path, content in layer.items()
        if not _is_marker(path) and not _is_covered(path, layers[number + 1 :])
    }


def hidden(layers):
    """Return what is in a layer and no container sees: (number of the layer, path), sorted.

    A file is hidden where a later layer has a file at its path, deletes it, deletes a folder that
    it is in, or empties one. A marker says nothing of the layer that it is in.
    """
    return sorted(
        (number, path)
        for number, layer in enumerate(layers)
        for path in layer
        if not _is_marker(path) and _is_covered(path, layers[number + 1 :])
    )


def _is_marker(path):
    return PurePosixPath(path).name.startswith(WHITEOUT)


def _is_covered(path, above):
    """Tell whether a layer above has something in the place of a path, or deletes what is there."""
    place = PurePosixPath(path)
    folders = place.parents
    places = [place, *(folder for folder in folders if folder.name)]
    markers = [str(each.with_name(WHITEOUT + each.name)) for each in places]
    markers += [str(folder / OPAQUE) for folder in folders]
    return any(name in layer for layer in above for name in (path, *markers))
