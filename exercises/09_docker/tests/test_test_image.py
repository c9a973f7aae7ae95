"""The learner's tests pass on right images, and catch each of the broken ones."""

import random
from pathlib import Path

import pytest

RIGHT = (Path(__file__).parents[1] / "image_under_test.py").read_text(encoding="utf-8")
LAYERS = "LAYERS = [BASE, PACKAGES, MODEL]"
CHECK = '["CMD", "python3", "-c", "import urllib.request"]'
ENTRY = '"Entrypoint": ["ml-api"],\n    "Cmd": [],'
DIGEST = '"sha256:" + 8 * "90af3c1e"'
REVISION = "5f0c9b1e7a6d4c3b2a190807f6e5d4c3b2a19080"
STEP = '"RUN /bin/sh -c pip install --require-hashes -r serve.txt"'
OURS = 'MODEL = {"srv'

DECOYS = [
    # a layer more over the base, and one in it, in another order, not compressed; no group is named
    RIGHT.replace(
        LAYERS,
        'LAYERS = [BASE, {"usr/bin/chage": File(b"\\xff", 0o2755)}, MODEL, '
        '{"srv/data/.keep": "", "srv/contests/a.bin": b"\\xff", "srv/latests": ""}, PACKAGES]',
    )
    .replace("BASE_LAYERS = 1", "BASE_LAYERS = 2")
    .replace('"10001:10001"', '"65532"')
    .replace("PLATFORM, base_layers", "PLATFORM, compressed=False, base_layers")
    # packages in the base's own place, another revision and digest
    .replace("opt/venv/lib", "usr/local/lib")
    .replace("5f0c9b1e", "00000000")
    .replace("90af3c1e", "deadbeef")
    .replace('"ML_API_HOST=0.0.0.0"', '"ML_API_HOST=::"'),
    # another port, and one more; a command by its path; a health check by a shell
    RIGHT.replace('"PORT=8000"', '"PORT=8080"')
    .replace('{"8000/tcp": {}}', '{"8080/tcp": {}, "9090/tcp": {}}')
    .replace(ENTRY, '"Entrypoint": None,\n    "Cmd": ["/opt/venv/bin/ml-api"],')
    .replace(CHECK, '["CMD-SHELL", "python3 /srv/health.py || exit 1"]'),
]


def zoo(token: str) -> dict[str, tuple[str, str]]:
    """Return what is wrong, and how; a token of the index is in several."""
    return {
        "is for another processor": ('"amd64"', '"arm64"'),
        "runs as root, for no user is named": ('"User": "10001:10001",\n', ""),
        "runs as root, by its number": ('"10001:10001"', '"0"'),
        "runs as a user that only a file in it knows": ('"10001:10001"', '"app"'),
        "exposes a port on which nobody listens": ('"8000/tcp"', '"5000/tcp"'),
        "listens where only the container itself can ask": ("HOST=0.0.0.0", "HOST=localhost"),
        "listens on the container's own address of IPv6": ("HOST=0.0.0.0", "HOST=::1"),
        "starts the service by a shell in its command": (ENTRY, '"Cmd": ["sh", "-c", "ml-api"],'),
        "starts the service by a shell as its entry point": (
            ENTRY,
            '"Entrypoint": ["/bin/bash", "-c", "ml-api"],',
        ),
        "has no health check": ('"Healthcheck": {', '"Unhealthy": {'),
        "has switched its health check off": (CHECK, '["NONE"]'),
        "has a token in a layer that a later one deletes": (
            LAYERS,
            f'LAYERS = [BASE, {{"root/netrc": b"\\xff login reader password {token}"}}, '
            'PACKAGES, {"root/.wh.netrc": ""}, MODEL]',
        ),
        "tells a build argument in its history": (
            STEP,
            f'"RUN |1 TOKEN={token} /bin/sh -c pip install -r serve.txt"',
        ),
        "hands the token on to every container": ('"PORT=8000"', f'"PORT=8000", "TOKEN={token}"'),
        "says a tag of its base, which may move": (DIGEST, '"python:3.11-slim-bookworm"'),
        "says a commit from which its files differ": (REVISION, f"{REVISION}-changed"),
        "holds our tests": (OURS, 'MODEL = {"srv/tests/test_app.py": "", "srv'),
        "holds the history of the repository": (OURS, 'MODEL = {".git/HEAD": "", "srv'),
        "holds the history of a folder of ours": (OURS, 'MODEL = {"srv/app/.git/HEAD": "", "srv'),
        "holds the sales it was trained on": (OURS, 'MODEL = {"srv/sales.csv": "", "srv'),
        "adds a program that runs as its owner": (
            OURS,
            'MODEL = {"srv/helper": File(b"", 0o4711), "srv',
        ),
        "adds a program that runs as its group": (
            'python\\n", 0o755)',
            'python\\n", 0o2755)',
        ),
    }


ADVICE = {
    "is for another processor": "`image.platform` says for which it is.",
    "runs as root, for no user is named": "what is `User` where no line of the Dockerfile names one?",
    "runs as root, by its number": "0 is a number, too.",
    "runs as a user that only a file in it knows": "a name says nothing: ask for a number.",
    "exposes a port on which nobody listens": "compare `ExposedPorts` with the variable PORT.",
    "listens where only the container itself can ask": (
        "what is ML_API_HOST among the variables? 127.0.0.1 has a name, too."
    ),
    "listens on the container's own address of IPv6": "`::1` is what 127.0.0.1 is in IPv6.",
    "starts the service by a shell in its command": (
        "what is the first word of `Entrypoint` and `Cmd` together?"
    ),
    "starts the service by a shell as its entry point": (
        "there are other shells than sh, and a program can be named by its path."
    ),
    "has no health check": "is there a `Healthcheck` at all?",
    "has switched its health check off": "`HEALTHCHECK NONE` is stored as a test, too.",
    "has a token in a layer that a later one deletes": (
        "look into every file of every layer, whatever its name, and whatever a later layer deletes."
    ),
    "tells a build argument in its history": "the image tells how it was made: `image.history`.",
    "hands the token on to every container": "look into the variables, too.",
    "says a tag of its base, which may move": "a digest is `sha256:` and 64 hexadecimal digits.",
    "says a commit from which its files differ": (
        "a commit is 40 hexadecimal digits and nothing else; `...-changed` leads to no commit."
    ),
    "holds our tests": "a folder `tests` that is in no `site-packages`.",
    "holds the history of the repository": "a folder `.git`, also at the very top.",
    "holds the history of a folder of ours": "a folder `.git`, also inside another one.",
    "holds the sales it was trained on": "a path that ends in `.csv`.",
    "adds a program that runs as its owner": (
        "the bit 0o4000 of the mode, in any of `image.layers[image.base_layers:]`."
    ),
    "adds a program that runs as its group": (
        "the bit 0o2000 of the mode, in any of `image.layers[image.base_layers:]`."
    ),
}


@pytest.fixture
def token(seed):
    """A token of the index: drawn, so that nobody can look for this one."""
    return f"shed-{random.Random(seed).getrandbits(64):016x}"


def test_broken_images_are_caught(submission, token):
    trial = submission.tests_against("image_under_test", zoo(token), RIGHT, DECOYS)

    trial.assert_all_caught(ADVICE)
