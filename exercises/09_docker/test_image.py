"""Tests of the image: what has to hold before it is published."""

import pytest
from image_under_test import archive
from oci_image import open_image


@pytest.fixture(scope="module")
def image():
    """The image under test, opened."""
    return open_image(archive())


def test_it_has_layers(image):
    assert image.layers


# TODO: the test above passes on twenty-two broken images. Write tests that do not.
