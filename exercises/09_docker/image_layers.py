"""What a container sees of an image's layers, and what is in them all the same."""

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
    # TODO: leave out markers and what is hidden
    raise NotImplementedError


def hidden(layers):
    """Return what is in a layer and no container sees: (number of the layer, path), sorted.

    A file is hidden where a later layer has a file at its path, deletes it, deletes a folder that
    it is in, or empties one. A marker says nothing of the layer that it is in.
    """
    # TODO: for each file, look at the layers above it
    raise NotImplementedError
