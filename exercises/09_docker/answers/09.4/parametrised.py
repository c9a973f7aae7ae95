import re

import pytest
from image_under_test import archive
from oci_image import open_image

IMAGE = open_image(archive())
SETTINGS = IMAGE.settings
ENV = dict(item.split("=", 1) for item in SETTINGS["Env"])
FILES = {(n, p): f for n, layer in enumerate(IMAGE.layers) for p, f in layer.items()}


@pytest.mark.parametrize(
    "holds",
    [
        lambda: IMAGE.platform.endswith("/amd64"),
        lambda: int(SETTINGS["User"].split(":")[0]) > 0,
        lambda: SETTINGS["ExposedPorts"][ENV["PORT"] + "/tcp"] == {},
        lambda: ENV["ML_API_HOST"] in "0.0.0.0 ::".split(),
        lambda: "ml-api" in (SETTINGS.get("Entrypoint") or SETTINGS["Cmd"])[0],
        lambda: SETTINGS["Healthcheck"]["Test"][0].startswith("CMD"),
        lambda: len(SETTINGS["Labels"]["org.opencontainers.image.revision"]) == 40,
        lambda: len(SETTINGS["Labels"]["org.opencontainers.image.base.digest"]) == 71,
        lambda: not any(b"shed-" in f.content for f in FILES.values()),
        lambda: "shed-" not in " ".join(IMAGE.history + SETTINGS["Env"]),
        lambda: all(f.mode < 0o1000 for (n, _), f in FILES.items() if n >= IMAGE.base_layers),
    ],
)
def test_it(holds):
    assert holds()


def test_files():
    for _, path in FILES:
        if "-packages/" not in path:
            assert not re.search(r"(^|/)(tests|\.git)/|\.csv$", path), path
