"""Of a planted folder, what the build needs reaches it, and nothing else does."""

import random
import re
import string
from pathlib import PurePosixPath

import pytest

NEEDED = {
    "the lock": ["requirements/serve.txt"],
    "wheels of others": ["build/wheels/flask-3.1.3-py3-none-any.whl"],
    "our wheels": ["dist/ml_api-1.0.0-py3-none-any.whl", "dist/regression_model-1.0.0.whl"],
    "the model": ["model/manifest.json", "model/model.onnx", "model/parts/weights.bin"]
    + ["model/parts/zones.csv"],
    "the learner's model": ["build/mine/model/manifest.json", "build/mine/model/model.onnx"],
}
UNWANTED = {
    "the repository's history": [".git/HEAD", ".git/objects/4f/aa"],
    "secrets": [".env", "deploy/.env", ".pypirc", "credentials.toml"],
    "what is read and written here": [
        "notebooks/01/1.ipynb",
        "exercises/03/answer.py",
        "README.md",
        "Makefile",
        "data/customers",
        "dump",
    ],
    "sources and tests": ["packages/ml_api/src/ml_api/app.py", "packages/ml_api/tests/test_app.py"],
    "environments": [".venv/bin/python", ".tox/lint/bin/python"],
    "locks of no concern here": ["requirements/core.txt", "requirements/serve.in"],
    "what lies beside the wheels": ["build/wheels/complete", "dist/ml_api-1.0.0.tar.gz"],
    "the learner's code": ["build/mine/ml_api/src/ml_api/app.py", "build/pull.log"],
    "other wheels": ["packages/ml_api/old/dist/ml_api-0.9.0-py3-none-any.whl", "archive/a.whl"],
    "other models": ["packages/ml_api/model/model.onnx", "model.old/model.onnx", "models.csv"],
}


def reached(text, paths):
    """Return which paths reach a build, by Docker's rules for a .dockerignore.

    Each line is a path from the top; the last line that matches decides, and one that matches a
    folder matches all that is in it.
    """
    lines = [line.strip() for line in text.splitlines() if not line.startswith("#")]
    rules = [(line.startswith("!"), _pattern(line.lstrip("!").strip())) for line in lines if line]
    found = []
    for path in paths:
        # the top itself is no place: `*.*` says nothing of Makefile
        places = [path, *(str(each) for each in PurePosixPath(path).parents if each.name)]
        matching = [kept for kept, rule in rules if any(map(rule.fullmatch, places))]
        if not matching or matching[-1]:
            found.append(path)
    return found


def _pattern(line):
    """Translate a line: `*` and `?` stay within a folder, `**` is any number of folders."""
    line = re.sub(r"/+", "/", line).strip("/").removeprefix("./")
    parts = re.findall(r"\*\*/?|\*|\?|\[[^]]*\]|\\.|.", line)
    known = {"**": ".*", "**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(known.get(part) or _literal(part) for part in parts))


def _literal(part):
    if part.startswith("[") and len(part) > 1:
        return part
    return re.escape(part[-1])


@pytest.fixture
def draw(seed):
    """A generator of the seed."""
    return random.Random(seed)


@pytest.mark.parametrize("what", NEEDED)
def test_what_the_build_needs_reaches_it(submission, what):
    missing = sorted({*NEEDED[what]} - {*reached(submission.text, NEEDED[what])})

    assert not missing, (
        f"{what}: not all of it reaches the build. Missing: {', '.join(missing)}. Each line is a "
        "path from the top of the repository, and the last line that matches decides"
    )


def test_another_version_reaches_it_too(submission, draw):
    version = f"{draw.randint(2, 9)}.{draw.randint(0, 9)}.0"
    wanted = [f"build/wheels/numpy-{version}-cp311-cp311-manylinux_2_28_x86_64.whl"]
    wanted += [f"dist/ml_api-{version}-py3-none-any.whl", f"model/{version}/model.onnx"]
    missing = sorted({*wanted} - {*reached(submission.text, wanted)})

    assert not missing, (
        f"The next release has other file names, and these do not reach the build: "
        f"{', '.join(missing)}. A pattern (`*.whl`), or a whole folder, holds for the next one too"
    )


@pytest.mark.parametrize("what", UNWANTED)
def test_nothing_else_reaches_it(submission, what):
    found = reached(submission.text, UNWANTED[what])

    assert not found, (
        f"{what}: the build gets {', '.join(found)}, which it does not need. Whatever reaches it "
        "can end in a layer, by `COPY . .`, and all of it is sent with every build"
    )


def test_what_nobody_has_thought_of_does_not_reach_it(submission, draw):
    name = "".join(draw.choices(string.ascii_lowercase, k=9))
    places = ["", "build/", "build/wheels/", "build/mine/", "dist/", "requirements/", "packages/"]
    names = [f"{name}.csv", f"{name}/all.parquet", f".{name}/key.pem"]
    found = reached(submission.text, names + [place + name for place in places])

    assert not found, (
        f"Somebody has put {', '.join(found)} into the repository, and it reaches the build. Who "
        "lists what is to stay out forgets what will be there one day: leave out everything, then "
        "let in what is needed"
    )
