"""A model that does not go together with the code is refused, in words that help."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from regression_model.artefact.manifest import FORMAT

TRAIN = "regression-model train --model /srv/model"


NOTHING = "no ModelError was raised"


def said(check, form, theirs, ours):
    """Return what a check says of a manifest. Runs beside the answer."""
    # pylint: disable=import-outside-toplevel
    import contextlib
    import io
    from types import MappingProxyType

    from regression_model import ModelError

    manifest = MappingProxyType({"format": form, "package_version": theirs, "seed": 0})
    try:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            check(manifest, Path("/srv/model"), code_version=ours)
    except ModelError as error:
        return str(error)
    return NOTHING + (printed.getvalue() and f": {printed.getvalue()}")


@pytest.fixture
def told(submission):
    """A function: what `check_versions` says of each (version of the model, of the code)."""

    def told(*pairs, form=FORMAT):
        return submission.run(
            lambda code: [said(code.check_versions, form, theirs, ours) for theirs, ours in pairs]
        )

    return told


def test_versions_within_a_major_version_go_together(told, draw):
    major, minor = draw.randint(1, 9), draw.randint(2, 8)
    pairs = [
        (f"{major}.0.0", f"{major}.0.0"),
        (f"{major}.9.{minor}", f"{major}.10.0"),
        (f"{major}.10.0", f"{major}.9.{minor}"),
        (f"1{major}.{minor}.1", f"1{major}.0.0"),
    ]

    for (theirs, ours), text in zip(pairs, told(*pairs)):
        assert text == NOTHING, (
            f"A model of {theirs} and code of {ours} go together: they agree within a major "
            "version, whichever of them is the newer one, and nothing is said of it. What came "
            f"back: {text}"
        )


def test_another_major_version_is_refused(told, draw):
    minor = draw.randint(0, 9)
    pairs = [("2.0.0", f"1.{minor}.0"), (f"1.{minor}.0", "2.0.0"), ("0.9.0", "1.0.0")]

    for (theirs, ours), text in zip(pairs, told(*pairs)):
        assert not text.startswith(NOTHING), (
            f"no ModelError was raised for a model of {theirs} and code of {ours} "
            "(`code_version`): another major version, older or newer, is to be refused"
        )
        assert theirs in text and ours in text and "/srv/model" in text, (
            f"The text should name the directory, /srv/model, and both versions, {theirs} of the "
            f"model and {ours} of the code (`code_version`). It was: {text}"
        )


def test_a_major_version_is_a_number_not_a_character(told, draw):
    major = draw.randint(10, 19)
    pairs = [(f"{major}.0.0", "1.0.0"), ("1.0.0", f"{major}.0.0")]

    for (theirs, ours), text in zip(pairs, told(*pairs)):
        assert not text.startswith(NOTHING), (
            f"A model of {theirs} went through with code of {ours}: the major version is a number, "
            "not a character. It is all that stands before the first dot"
        )


def test_the_commands_that_help_are_told(told, draw):
    theirs = f"2.{draw.randint(0, 9)}.1"
    text = told((theirs, "1.0.0"))[0]

    assert f"pip install regression_model=={theirs}" in text and TRAIN in text, (
        "The text should tell the commands that help: `pip install regression_model==` with the "
        f"version that wrote the model, and `{TRAIN}`. It was: {text}"
    )


def test_another_format_is_refused(told, draw):
    for form in (FORMAT + draw.randint(1, 5), FORMAT - 1):
        text = told(("1.4.0", "1.0.0"), form=form)[0]

        # a number by itself, and no part of a version
        numbers = re.findall(r"(?<![\d.])\d+(?!\.?\d)", text)
        named = {str(form), str(FORMAT)} <= set(numbers) and "/srv/model" in text
        assert named, (
            f"A model in another format, {form}, is refused by code that reads format {FORMAT}, "
            f"and both are told, with the directory. What came back: {text}"
        )
        assert (
            "pip install regression_model==1.4.0" in text and TRAIN in text
        ), f"Another format has the same commands that help as another version. Told was: {text}"


def test_what_is_installed_already_is_no_cure(told, draw):
    ours = f"1.{draw.randint(1, 9)}.0"
    text, older = told((ours, ours), ("1.0.0", ours), form=FORMAT + 1)

    assert TRAIN in text, f"Training again helps, and should be told. It was: {text}"
    assert "pip install" not in text, (
        f"The model was written by {ours}, which is `code_version`, and so already installed (a "
        "format may change between two releases): `pip install` does not help here. Told was: "
        f"{text}"
    )
    assert "pip install regression_model==1.0.0" in older, (
        f"The model was written by 1.0.0, and `code_version` is {ours}: `pip install` helps, "
        f"whatever is installed here. Told was: {older}"
    )


def test_the_checks_are_there_without_assertions(submission):
    def check(code):
        # pylint: disable=import-outside-toplevel,exec-used
        import inspect
        from types import ModuleType

        from regression_model import ModelError

        optimised = ModuleType("compatibility")
        exec(compile(inspect.getsource(code), "compatibility", "exec", optimize=1), vars(optimised))
        through = []
        for form, theirs in ((FORMAT, "2.0.0"), (FORMAT + 1, "1.0.0")):
            data = {"format": form, "package_version": theirs}
            try:
                optimised.check_versions(data, Path("/srv/model"), code_version="1.0.0")
                through.append(f"a model of {theirs} in format {form}")
            except ModelError:
                pass
        try:
            optimised.check_hash(b"half", "0" * 64, Path("/srv/model/model.onnx"))
            through.append("a file with another hash")
        except ModelError:
            pass
        return through

    through = submission.run(check)

    assert not through, (
        f"By code 1.0.0, which reads format {FORMAT}, {' and '.join(through)} went through under "
        "`python -O`, which leaves assertions out: ask with `if`, and raise ModelError"
    )


def test_a_file_that_is_whole_passes(submission, draw):
    content = draw.randbytes(200)
    sha256 = hashlib.sha256(content).hexdigest()

    def check(code):
        # pylint: disable=import-outside-toplevel
        import contextlib
        import io

        with contextlib.redirect_stdout(io.StringIO()) as printed:
            answer = code.check_hash(content, sha256, Path("m/model.onnx"))
        return answer, printed.getvalue()

    answer, printed = submission.run(check)

    assert (answer, printed) == (None, ""), (
        "The file is the one that its manifest describes: nothing is to happen, so nothing is "
        "returned or printed"
    )


def test_a_file_that_was_changed_is_refused(submission, draw):
    content = b"(" + draw.randbytes(198) + b")"
    sha256 = hashlib.sha256(content).hexdigest()
    place = draw.randrange(200)
    other = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    near = content, sha256[:-1] + ("0" if sha256[-1] != "0" else "1")
    file = Path("/srv/model/model.onnx")

    def texts(code):
        # pylint: disable=import-outside-toplevel
        from regression_model import ModelError

        told = []
        wrong = [(spoilt, sha256) for spoilt in (other, content[:100], b"", content + b"\n")]
        for spoilt, known in (*wrong, near, (content, sha256[:32])):
            try:
                code.check_hash(spoilt, known, file)
            except ModelError as error:
                told.append(str(error))
        return told

    told = submission.run(texts)

    assert len(told) == 6, (
        "A byte changed, half of the file, nothing at all, a newline more, a hash that differs in "
        "its last digit, and one that was cut short: each is not the file that its manifest "
        "describes, by all 64 digits, and a ModelError should say so. "
        f"{6 - len(told)} of the six went through"
    )
    assert all(
        "model.onnx" in text and "/srv/model" in text for text in told
    ), f"The text should name the file. It was: {told[0]}"
    assert all(TRAIN in text and f"{TRAIN}/" not in text for text in told), (
        f"The command that helps is `{TRAIN}`, for the directory in which the file lies. "
        f"Told was: {told[0]}"
    )


def test_load_model_refuses_such_a_model(submission):
    manifest = {"format": FORMAT, "package_version": "99.0.0"}

    def load(_):
        # pylint: disable=import-outside-toplevel
        from regression_model import load_model

        Path("model").mkdir()
        Path("model/manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        load_model("model")

    submission.raises("ModelError", load, match="99.0.0")
