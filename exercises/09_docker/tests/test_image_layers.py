"""What a container sees, and what the layers hold all the same."""

import random

import pytest


@pytest.fixture
def name(seed):
    """A file name that nobody has written into an answer."""
    return f"token_{random.Random(seed).randint(1000, 9999)}"


def test_layers_lie_one_over_the_other(submission, name):
    layers = [
        {"etc/os-release": b"Debian", "app/settings": b"old"},
        {"app/settings": b"new", f"app/{name}": b"1"},
        {f"app/{name}.wh.txt": b"2", "app/.wheels": b"3"},
    ]
    named_alike = {f"app/{name}.wh.txt": b"2", "app/.wheels": b"3"}
    expected = {"etc/os-release": b"Debian", "app/settings": b"new", f"app/{name}": b"1"}

    files = submission.run(lambda code: code.seen(layers))

    assert {path: files.get(path) for path in named_alike} == named_alike, (
        "A marker is a file whose *name* begins with `.wh.`: a name that has it further behind, or "
        "begins with `.wh` and goes on otherwise, is that of a file like any other"
    )
    assert files == expected | named_alike, (
        "A container sees the files of all layers, and where two have the same path, that of the "
        "later one"
    )


def test_a_deleted_file_is_not_seen(submission, name):
    layers = [
        {f"app/{name}": b"s3cret", f"app/{name}.txt": b"kept", f"lib/{name}": b"kept"},
        {f"app/.wh.{name}": b""},
    ]

    files = submission.run(lambda code: code.seen(layers))

    assert f"app/{name}" not in files and f"app/.wh.{name}" not in files, (
        f"`app/.wh.{name}` deletes `app/{name}`, and is a marker: "
        "neither is among the files that a container sees"
    )
    assert files == {f"app/{name}.txt": b"kept", f"lib/{name}": b"kept"}, (
        f"`app/.wh.{name}` deletes what is at the path `app/{name}`, and nothing else: "
        f"not `app/{name}.txt`, which only begins so, and not `lib/{name}`, in another folder"
    )


def test_a_deleted_folder_takes_its_files_along(submission, name):
    layers = [
        {f"{name}/key": b"1", f"{name}/old/key": b"2", f"{name}s/key": b"kept"},
        {f".wh.{name}": b""},
    ]

    files = submission.run(lambda code: code.seen(layers))

    assert files == {f"{name}s/key": b"kept"}, (
        f"`.wh.{name}`, at the very top, deletes the folder `{name}` with all that is in it, "
        f"however deep, and not the folder `{name}s`"
    )


def test_an_emptied_folder_keeps_what_comes_with_the_marker(submission, name):
    # the marker first and last: the order within a layer does not matter
    before, after = {"app/.wh..wh..opq": b""}, {f"app/{name}": b"new"}
    for layer in (before | after, after | before):
        layers = [
            {f"app/{name}": b"old", "app/deep/down": b"old", "apple": b"kept"},
            layer,
        ]

        files = submission.run(lambda code, layers=layers: code.seen(layers))

        assert files == {f"app/{name}": b"new", "apple": b"kept"}, (
            "`app/.wh..wh..opq` deletes all that *lower* layers have in `app`, however deep; "
            "what its own layer has there stays, before the marker or after it"
        )


def test_everything_may_be_emptied(submission, name):
    layers = [{"etc/passwd": b"root", name: b"1"}, {".wh..wh..opq": b"", "srv/model": b"2"}]

    assert submission.run(lambda code: code.seen(layers)) == {
        "srv/model": b"2"
    }, "`.wh..wh..opq` in no folder empties the top: nothing of the lower layers is left"


def test_a_file_may_come_back(submission, name):
    layers = [
        {f"app/{name}": b"first"},
        {f"app/.wh.{name}": b""},
        {f"app/{name}": b"second"},
    ]

    assert submission.run(lambda code: code.seen(layers)) == {f"app/{name}": b"second"}, (
        "A file was deleted and a later layer has it again: a marker says nothing of the layers "
        "above it"
    )


def test_what_is_hidden_is_found_in_its_layer(submission, name):
    layers = [
        {"etc/os-release": b"Debian", "app/settings": b"old", "opt/x": b""},
        # a marker that is covered itself, and a file put over with the same content
        {f"app/{name}": b"s3cret", "app/settings": b"new", "root/a/b": b"", "root/c": b""}
        | {"root/.wh.old": b""},
        {f"app/.wh.{name}": b"", ".wh.root": b"", ".wh.opt": b"", "app/settings": b"new"},
    ]
    expected = [(0, "app/settings"), (0, "opt/x"), (1, "app/settings"), (1, f"app/{name}")]
    expected += [(1, "root/a/b"), (1, "root/c")]

    found = submission.run(lambda code: [tuple(each) for each in code.hidden(layers)])

    markers = [path for _, path in found if path.rpartition("/")[2].startswith(".wh.")]
    assert not markers, (
        f"Told as hidden: {', '.join(markers)}. A later layer may delete the folder that a marker "
        "is in, and a marker is no file that could be hidden"
    )
    assert found == expected, (
        "Six files are in a layer and in no container: deleted by a later layer, alone or with "
        "their folder, or with a file put over them, be it the same. Each is to be told as the number of its "
        f"layer, from 0, and its path, sorted: {expected}"
    )


def test_nothing_is_hidden_by_its_own_layer_or_a_lower_one(submission, name):
    layers = [
        {f"app/.wh.{name}": b"", f"app/{name}": b"1", "lib/.wh..wh..opq": b""},
        {"lib/x": b"2", "app/.wh.other": b""},
    ]

    def both(code):
        return list(code.hidden(layers)), code.seen(layers)

    found, files = submission.run(both)

    assert (found, files) == ([], {f"app/{name}": b"1", "lib/x": b"2"}), (
        "A marker hides files of *lower* layers: not those of its own, nor of those above it. And "
        "a marker is no file that could be hidden"
    )


def test_the_layers_stay_as_they_were(submission, name):
    def changed(code):
        layers = [{f"app/{name}": b"1"}, {f"app/.wh.{name}": b""}]
        code.seen(layers)
        code.hidden(layers)
        return layers != [{f"app/{name}": b"1"}, {f"app/.wh.{name}": b""}]

    assert not submission.run(changed), "The caller's layers came back changed"
