"""Two codes and two models: two pairs load, two are refused, and a release changes as a whole."""

import json
import zipfile

import pytest

ASKED = {}
CODE = '''
"""A package with a model that is loaded, or refused."""
import json
import pathlib
import sys
import warnings

__version__ = "{version}"


class Refused(Exception):
    """A model does not go with this code."""


def load_model(directory):
    theirs = json.loads((pathlib.Path(directory) / "manifest.json").read_text())["package_version"]
    {body}
    if theirs.split(".")[0] != __version__.split(".")[0]:
        raise Refused(f"a model of {{theirs}}, code of {{__version__}}: pip install tiny=={{theirs}}")
'''


def write_wheel(folder, version, body="pass", name="tiny_model/__init__.py"):
    """Write a wheel by hand: a wheel is a zip file."""
    path = folder / f"tiny_model-{version}-py3-none-any.whl"
    facts = f"tiny_model-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(name, CODE.format(version=version, body=body))
        wheel.writestr(
            f"{facts}/METADATA", f"Metadata-Version: 2.1\nName: tiny_model\nVersion: {version}\n"
        )
        wheel.writestr(
            f"{facts}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{facts}/RECORD", "")
    return path


def write_model(folder, version):
    """Write a model that says by which version it was made."""
    path = folder / f"model-{version}"
    path.mkdir()
    (path / "manifest.json").write_text(json.dumps({"package_version": version}), encoding="utf-8")
    return path


@pytest.fixture
def versions(draw):
    """Two versions that do not go together."""
    first = draw.randint(1, 5)
    return f"{first}.{draw.randint(0, 9)}.0", f"{first + draw.randint(1, 4)}.0.{draw.randint(0, 9)}"


def make(folder, versions):
    """Write two wheels and two models. Runs beside the answer."""
    return [
        [write(folder, version) for version in versions] for write in (write_wheel, write_model)
    ]


def once(submission, versions, ask):
    """Return what comes back of a task, asked once for all tests: a new Python takes its time."""
    key = (ask.__qualname__, submission.text, versions)
    if key not in ASKED:
        ASKED[key] = submission.run(ask)
    return ASKED[key]


@pytest.fixture
def table(submission, versions):
    """What `two_by_two` says, what is left behind, and whether this process is as it was."""

    def ask(code):
        # pylint: disable=import-outside-toplevel
        import os
        import sys
        import tempfile
        from pathlib import Path

        wheels, models = make(Path(tempfile.mkdtemp()), versions)
        place = Path.cwd()
        # what installers keep at home is theirs
        os.environ["HOME"] = tempfile.mkdtemp()
        before = sorted(place.iterdir())
        here = dict(os.environ), list(sys.path)
        found = code.two_by_two(wheels, models)
        left = [path.name for path in sorted(place.iterdir()) if path not in before]
        files = [path for model in models for path in model.iterdir()]
        left += [
            f"{path.parent.name}/{path.name}" for path in files if path.name != "manifest.json"
        ]
        moved = os.stat(".").st_ino != place.stat().st_ino
        changed = [
            name
            for name, old, new in zip(("os.environ", "sys.path"), here, (os.environ, sys.path))
            if old != (list(new) if isinstance(new, list) else dict(new))
        ]
        return found, left, "tiny_model" in sys.modules, moved, changed

    return once(submission, versions, ask)


def cells(found, versions):
    """Return the four answers: old with old, old with new, new with old, new with new."""
    return [
        found.get(f"tiny_model-{code}-py3-none-any.whl", {}).get(f"model-{model}", "not there")
        for code in versions
        for model in versions
    ]


def test_every_wheel_is_tried_with_every_model(table, versions):
    found, *_ = table

    assert "not there" not in cells(found, versions), (
        "Two wheels and two models are four pairs: `two_by_two` should try every wheel with every "
        "model, and find each by its name: `table[wheel.name][model.name]`"
    )


@pytest.mark.depends_on("test_every_wheel_is_tried_with_every_model")
def test_two_pairs_load(table, versions):
    old, _, _, new = cells(table[0], versions)

    assert [old, new] == ["", ""], (
        "Code and model of the same version go together: wanted is an empty text for both pairs. "
        "Is each wheel tried in a process of its own, and unpacked into a folder of its own? A module "
        "is loaded once in a process"
    )


@pytest.mark.depends_on("test_every_wheel_is_tried_with_every_model")
def test_two_pairs_are_refused_and_the_reason_is_told(table, versions):
    _, reverted, ahead, _ = cells(table[0], versions)

    for told, code, model in [(reverted, *versions), (ahead, *versions[::-1])]:
        assert f"a model of {model}, code of {code}: pip install tiny=={model}" in told, (
            f"Code {code} refuses model {model}, and the text of its exception, with both versions "
            f"and the command that helps, should be in what comes back. It was: {told!r}"
        )


def test_nothing_is_left_behind(table):
    _, left, loaded, moved, changed = table

    assert not left, (
        "Only what was there should be there: something was left behind in the working directory "
        f"(here also the one for temporary files), or in a model: {', '.join(left)}"
    )
    assert not loaded, (
        "`tiny_model` is loaded in the process that called: each pair should be tried in a process "
        "of its own, so that nothing of it stays here"
    )
    assert not moved, (
        "The process that called is in another working directory now: it stays in its own folder. "
        "`subprocess.run` takes a `cwd=` for the other process, where it needs one"
    )
    assert not changed, (
        f"The process that called has another {' and '.join(changed)} now: it stays as it was. "
        "`subprocess.run` takes an `env=` for the other process, where it needs one"
    )


@pytest.fixture
def told(submission, versions):
    """A function: what `try_pair` says of a wheel whose `load_model` does this, and a model."""

    def told(body, code=versions[0], installed=False, **options):
        def ask(answer):
            # pylint: disable=import-outside-toplevel
            import os
            import tempfile
            from pathlib import Path

            folder = Path(tempfile.mkdtemp())
            if installed:
                # another one, which loads everything, lies where this process finds it
                (folder / "installed").mkdir()
                decoy = folder / "installed" / "tiny_model.py"
                decoy.write_text("def load_model(directory): pass\n", encoding="utf-8")
                os.environ["PYTHONPATH"] = str(decoy.parent)
            wheel = write_wheel(folder, code, body, **options)
            return answer.try_pair(wheel, write_model(folder, versions[0]))

        return submission.run(ask)

    return told


def test_it_is_tried_by_the_code_in_the_wheel(told, versions):
    refuse = "raise Refused('the areas are in square metres')"
    text = told(refuse)
    assert "the areas are in square metres" in text, (
        "This code refuses a model of its own version, for a reason of its own. A pair is tried "
        "by the code that is in the wheel, not by comparing versions or by other code"
    )
    assert told("return", code=versions[1]) == "", (
        "This code reads every model: the pair loads, and an empty text is wanted. It is tried by "
        "the code that is in the wheel"
    )
    assert "the areas are in square metres" in told(refuse, installed=True), (
        "Another `tiny_model` is installed (here by PYTHONPATH), which loads everything, and it was "
        "asked instead of the code in the wheel. The folder of the wheel has to come first on "
        "`sys.path`: `insert(0, ...)`, and `-I` leaves out what the environment adds"
    )


@pytest.fixture
def twice(submission, versions):
    """What `try_pair` says of relative paths, and again when the model has been trained anew."""

    def ask(answer):
        # pylint: disable=import-outside-toplevel
        import os
        import tempfile
        from pathlib import Path

        folder = Path(os.path.relpath(tempfile.mkdtemp()))
        wheel, model = write_wheel(folder, versions[0]), write_model(folder, versions[0])
        first = answer.try_pair(wheel, model)
        text = json.dumps({"package_version": versions[1]})
        (model / "manifest.json").write_text(text, encoding="utf-8")
        return first, answer.try_pair(wheel, model)

    return once(submission, versions, ask)


@pytest.mark.depends_on("test_two_pairs_load")
def test_paths_may_be_relative(twice):
    assert twice[0] == "", (
        "Wheel and model go together, and were given by relative paths: they are relative to the "
        "process that calls, so with another `cwd=` they have to be made absolute before "
        f"(`Path.resolve`). It said: {twice[0]}"
    )


@pytest.mark.depends_on("test_paths_may_be_relative")
def test_a_pair_is_tried_at_each_call(twice, versions):
    assert f"a model of {versions[1]}" in twice[1], (
        f"A model was tried, then trained again by {versions[1]} in the same directory, and tried "
        "again: the code in the wheel refuses it now. A pair is tried at each call, and no answer "
        f"is kept. It said: {twice[1]!r}"
    )


def test_a_warning_is_no_refusal(told):
    assert (
        told("warnings.warn('an old model'); print('loading'); print(1, file=sys.stderr)") == ""
    ), (
        "The code warns, prints, and loads the model: a warning is none of what makes a pair fail, "
        "so an empty text is wanted"
    )


@pytest.mark.depends_on("test_nothing_is_left_behind")
def test_a_process_that_ends_badly_is_no_load(told):
    assert told("import os; os._exit(3)"), (
        "The process exits with another status than 0, without a word: that is no load, and the "
        "text should not be empty"
    )
    assert "tiny_model" in told(
        "pass", name="other_model/__init__.py"
    ), "There is no `tiny_model` in this wheel, so its import fails: that should be told"


@pytest.fixture
def releases(submission, versions):
    """What `current.json` says after each step, what was raised in it, and what a reader saw.

    The new release; then the old code alone, the old model alone, and both together.
    """

    def ask(answer):
        # pylint: disable=import-outside-toplevel
        import contextlib
        import json
        import sys
        import tempfile
        from pathlib import Path

        shelf = Path(tempfile.mkdtemp())
        wheels, models = make(shelf, versions)
        known = ["current.json", *(path.name for path in [*wheels, *models])]
        steps, readers, gone, left = [], [], [], set()

        def watch(event, arguments):
            if event in ("os.remove", "os.rename") and str(arguments[0]).endswith("current.json"):
                gone.append(event)

        sys.addaudithook(watch)
        for code, model in [(1, 1), (0, 1), (1, 0), (0, 0)]:
            said = "nothing was raised"
            with contextlib.suppress(FileNotFoundError):
                readers.append((shelf / "current.json").open(encoding="utf-8"))
            try:
                answer.make_current(shelf, wheels[code], models[model])
            except answer.ReleaseRefused as refused:
                said = str(refused)
            current = shelf / "current.json"
            text = current.read_text(encoding="utf-8") if current.exists() else "null"
            steps.append([json.loads(text), said])
            left |= {path.name for path in shelf.iterdir() if path.name not in known}
        seen = [json.loads(reader.read()) for reader in readers]
        return steps, seen, sorted(left), gone

    return once(submission, versions, ask)


def test_a_rollback_takes_code_and_model_together(releases, versions):
    (new, _), _, _, (old, said) = releases[0]
    wanted = [
        {"wheel": f"tiny_model-{version}-py3-none-any.whl", "model": f"model-{version}"}
        for version in versions
    ]

    assert [old, new] == wanted and said == "nothing was raised", (
        "The new release is made current, and later the old one, wheel and model: `current.json` "
        f"should say so, by their names. It said {new}, then {old} ({said})"
    )


def test_one_without_the_other_is_refused(releases, versions):
    (new, _), *alone, _ = releases[0]

    for (current, said), code, model in zip(alone, versions, versions[::-1]):
        what = "code" if code == versions[0] else "model"
        assert f"a model of {model}, code of {code}" in said, (
            f"The old {what} is brought back and the other stays: ReleaseRefused should be raised, "
            f"with what was said by the code. What came: {said}"
        )
        assert current == new, (
            f"The old {what} could not be brought back alone, so the release that is current "
            f"should stay: {new}. Now `current.json` says {current}"
        )


def test_a_release_changes_in_one_step(releases):
    steps, seen, left, gone = releases

    assert seen == [current for current, _ in steps[:-1]], (
        "`current.json` was open in a reader while it changed, and the reader met something else "
        "than the whole old pair. It should change in one step: write a file beside it, then "
        "`os.replace` puts that in its place"
    )
    assert not gone, (
        f"`current.json` was taken away ({gone[0]}) before the new one came: for a moment there is "
        "no current release. `os.replace` puts the new file in the place of the old one, in one step"
    )
    assert not left, (
        "Something was left behind on the shelf, after a release or a refusal: "
        f"{', '.join(left)}"
    )
