"""Rules read as the one case of each that comes to mind first."""

import re

import pytest
from image_under_test import archive
from oci_image import open_image

LABEL = "org.opencontainers.image."


@pytest.fixture(scope="module")
def image():
    """The image under test, opened."""
    return open_image(archive())


@pytest.fixture(scope="module")
def files(image):
    """Every file of every layer, hidden or not: pairs of its path and the file."""
    return [(path, file) for layer in image.layers for path, file in layer.items()]


@pytest.fixture(scope="module")
def environment(image):
    """The variables that the image sets."""
    return dict(variable.split("=", 1) for variable in image.settings["Env"])


def test_it_is_for_our_processor(image):
    assert image.platform == "linux/amd64"


def test_it_runs_as_a_number_that_is_not_root(image):
    user = image.settings.get("User", "").partition(":")[0]
    assert user.isdecimal() and int(user) != 0


def test_it_can_be_reached(image, environment):
    assert environment["ML_API_HOST"] not in ("127.0.0.1", "localhost")
    assert f"{environment['PORT']}/tcp" in image.settings["ExposedPorts"]


def test_the_service_gets_the_signals(image):
    command = (image.settings.get("Entrypoint") or []) + (image.settings.get("Cmd") or [])
    assert command and command[0] not in ("sh", "/bin/sh")


def test_it_is_asked_for_its_health(image):
    test = image.settings.get("Healthcheck", {}).get("Test", [])
    assert test and test != ["NONE"]


def test_no_token_is_in_it(image, files):
    texts = [file.content.decode("latin-1") for _, file in files]
    texts += [*image.history, *image.settings["Env"], *image.settings["Labels"].values()]
    assert not [text for text in texts if re.search(r"shed-[0-9a-f]{16}", text)]


def test_it_can_be_traced(image):
    labels = image.settings.get("Labels") or {}
    assert re.fullmatch("[0-9a-f]{40}", labels.get(f"{LABEL}revision", ""))
    assert re.fullmatch("sha256:[0-9a-f]{64}", labels.get(f"{LABEL}base.digest", ""))


def test_only_what_runs_is_in_it(files):
    paths = [f"/{path}" for path, _ in files]
    ours = [path for path in paths if not re.search("/(site|dist)-packages/", path)]
    assert not [path for path in paths if path.startswith("/.git/")]
    assert not [path for path in ours if re.search(r"/tests/|\.csv$", path)]


def test_no_file_of_ours_gives_its_owner_or_its_group_away(image):
    ours = [file.items() for file in image.layers[image.base_layers :]]
    assert not [path for items in ours for path, file in items if file.mode & 0o6000]
