"""The targets are made, with stand-ins for the tools that note what they were asked for."""

import json
import re

import pytest

# runs where the answer runs: a sub-folder for each call of make, so that none sees another's files
DRIVER = r"""
import json, os, pathlib, shutil, subprocess

home = pathlib.Path.cwd()
stubs = home / "stubs"
stubs.mkdir()
NOTE = '''#!/bin/sh
name={name}
if [ "$name $1" = "uv run" ]; then shift; name=$1; shift; fi
noted=$name
case "$name $*" in
  python*" -m "*) noted=$2 ;;
  python*run_tests.py*) noted=tests ;;
  "uv pip "*) noted=pip ;;
esac
[ "$noted" = pip3 ] && noted=pip
printf '%s\\t%s' "$name" "$PWD" >> "$NOTES"
for word; do printf '\\t%s' "$word" >> "$NOTES"; done
echo >> "$NOTES"
[ "$noted" != "$FAIL" ]
'''
for name in ("python", "python3", "pip", "pip3", "uv", "black", "pylint", "pytest"):
    (stubs / name).write_text(NOTE.replace("{name}", name))
    (stubs / name).chmod(0o755)


def call(line, place):
    "Return which tool was called, where, and with what."
    name, here, *told = line.split("\t")
    told = [os.path.relpath(word, here) if word.startswith(f"{place}/") else word for word in told]
    name, where = name.rstrip("3"), os.path.relpath(here, place)
    if name == "python" and told[:1] == ["-m"]:
        name, *told = told[1:]
    elif name == "uv" and told[:1] == ["pip"]:
        name, *told = told
    elif name == "python" and any(word.endswith("run_tests.py") for word in told):
        name = "tests"
    return [name.rstrip("3"), where, *told]


answers = []
for number, (target, red, taken) in enumerate(json.loads(asked)):
    place = home / f"call-{number}"
    place.mkdir()
    shutil.copytree(home / "planted", place / "planted", copy_function=os.symlink)
    shutil.copy(home / "Makefile", place / "Makefile")
    for name in taken:
        if not (place / name).exists():
            (place / name).write_text("")
    notes = home / f"notes-{number}"
    notes.touch()
    environment = {**os.environ, "PATH": f"{stubs}{os.pathsep}{os.environ['PATH']}",
                   "NOTES": str(notes), "FAIL": red, "MAKEFLAGS": ""}
    done = subprocess.run(["make", *target.split()], cwd=place, env=environment, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    answers.append([done.returncode, [call(line, place) for line in notes.read_text().splitlines()],
                    (done.stderr or done.stdout)[-400:]])
print(json.dumps(answers))
"""
TARGETS = ("install", "format", "lint", "test", "all")
TOOLS = {"install": ["pip"], "format": ["black"], "lint": ["black", "pylint"], "test": ["tests"]}
CALLS = [
    *[(target, "", ()) for target in ("", *TARGETS)],
    *[(target, tool, ()) for target, tools in TOOLS.items() for tool in tools],
    *[("all", red, ()) for red in ("pip", "black", "pylint", "tests")],
]
MADE = {}


@pytest.fixture
def made(submission):
    """What came of each call of make: its status, the tools that were called, what it said."""
    named = re.findall(r"^([\w -]+?)\s*::?(?!=)", submission.text, re.MULTILINE)
    taken = sorted({*TARGETS, *" ".join(named).split()})
    calls = [*CALLS, *[(target, "", taken) for target in TARGETS]]
    if submission.text not in MADE:
        done = submission.shell(
            "python -  # make, and make with the name of each target",
            stdin=f"asked = {json.dumps(calls)!r}\n{DRIVER}",
        )
        MADE.clear()
        MADE[submission.text] = json.loads(done.stdout) if done.status == 0 else done.stderr[-400:]
    answers = MADE[submission.text]
    assert isinstance(answers, list), f"make could not be tried: {answers}"
    keys = [(target, red, bool(taken)) for target, red, taken in calls]
    return {key: answer for key, answer in zip(keys, answers)}


def tools(notes):
    return [name for name, *_ in notes]


def words(notes):
    """Return calls as a person would write them."""
    return "; ".join(" ".join([name, *told]) for name, _, *told in notes) or "nothing"


def of_planted(where, told, path=""):
    """Tell whether a call is about the planted package, or a path in it."""
    reached = [f"{where}/{word}".replace("./", "").rstrip("/.") for word in told]
    wanted = f"planted/{path}".rstrip("/")
    return wanted in reached or (where == wanted and not path)


def test_make_can_read_it(made):
    said = next(
        (answer[2] for answer in made.values() if "***" in answer[2] and "Error" not in answer[2]),
        "",
    )
    tabs = (
        " The lines of a recipe begin with a tab: are there blanks?" if "separator" in said else ""
    )

    assert not said, f"make says: {said.strip()}{tabs}"


@pytest.mark.depends_on("test_make_can_read_it")
def test_install_takes_what_is_locked(made):
    status, notes, _ = made["install", "", False]
    locked = [
        told[1:]
        for name, where, *told in notes
        if name == "pip"
        and told[:1] in (["install"], ["sync"])
        and "--dry-run" not in told
        and of_planted(where, told, "requirements.lock")
    ]
    installs = status == 0 and bool(locked)

    assert installs, (
        "`make install` should have pip install what `planted/requirements.lock` names, as on "
        f"every other machine. It calls: {words(notes)}"
    )


@pytest.mark.depends_on("test_make_can_read_it")
def test_format_lets_black_write(made):
    status, notes, _ = made["format", "", False]
    wrote = [told for name, where, *told in notes if name == "black" and of_planted(where, told)]

    looks = any("--check" in told or "--diff" in told for told in wrote)
    writes = status == 0 and bool(wrote) and not looks

    assert writes, f"`make format` should let black write into `planted`. It calls: {words(notes)}"


@pytest.mark.depends_on("test_make_can_read_it")
def test_lint_looks_and_changes_nothing(made):
    status, notes, _ = made["lint", "", False]
    black = [told for name, where, *told in notes if name == "black" and of_planted(where, told)]
    pylint = [
        told
        for name, where, *told in notes
        if name == "pylint"
        and (
            of_planted(where, told, "area_price")
            or all(
                of_planted(where, told, f"area_price/{file}.py") for file in ("__init__", "model")
            )
        )
    ]
    asks_both = status == 0 and bool(black) and bool(pylint)

    assert asks_both, (
        "`make lint` should ask two: black of `planted`, pylint of `planted/area_price`. It calls: "
        f"{words(notes)}"
    )
    assert all("--check" in told or "--diff" in told and "-q" in told for told in black), (
        "`make lint` changes files: a check only looks. `black --check` says what black would "
        f"change, by its status too. It calls: {words(notes)}"
    )
    assert not any("--exit-zero" in told for told in pylint), (
        "With `--exit-zero` pylint ends with status 0 whatever it finds, so `make lint` is green for "
        "nothing"
    )


@pytest.mark.depends_on("test_make_can_read_it")
def test_test_runs_the_tests(made):
    status, notes, _ = made["test", "", False]
    ran = [where for name, where, *told in notes if name == "tests"]

    tested = status == 0 and "planted" in ran

    assert tested, (
        "`make test` should run `python tools/run_tests.py` in the folder `planted`, where the "
        "package is. (Each line of a recipe has a shell of its own, so a `cd` lasts for its line.) "
        f"It calls: {words(notes)}, in the folders {', '.join(ran) or 'none'}"
    )


@pytest.mark.depends_on("test_make_can_read_it")
@pytest.mark.parametrize("target, red", [(name, red) for name in TOOLS for red in TOOLS[name]])
def test_a_target_is_red_when_a_tool_of_it_is(made, target, red):
    status, notes, _ = made[target, red, False]
    happened = {"lint": f"{red} found something", "test": "A test failed"}
    green_for_nothing = red in tools(notes) and not status

    assert not green_for_nothing, (
        f"{happened.get(target, f'{red} failed')}, and `make {target}` ended with status 0: whoever "
        "starts it, a person or a server, takes that for green"
    )


@pytest.mark.depends_on("test_make_can_read_it")
@pytest.mark.parametrize("target", ["all", ""])
def test_all_installs_lints_and_tests(made, target):
    status, notes, _ = made[target, "", False]
    order = list(dict.fromkeys(tools(notes)))
    known = [name for name in order if name in ("pip", "black", "pylint", "tests")]
    writes = [
        told
        for name, _, *told in notes
        if name == "black" and "--check" not in told and "--diff" not in told
    ]

    in_order = known[:1] == ["pip"] and known[-1:] == ["tests"] and len(known) == 4
    right = in_order and not status

    assert right, (
        f"`make {target}`".replace(" `", "`") + " should install, lint and test, in this order"
        f"{'' if target else ': without a name, make makes the first target of the file'}. It calls: {words(notes)}"
    )
    assert not writes, (
        "`make all` changes files: on a server nobody would see what black has written there. It is "
        f"to look only. It calls: {words(notes)}"
    )


@pytest.mark.depends_on("test_make_can_read_it", "test_all_installs_lints_and_tests")
@pytest.mark.parametrize("red", ["pip", "black", "pylint", "tests"])
def test_all_stops_at_the_first_red(made, red):
    status, notes, _ = made["all", red, False]
    after = tools(notes)[tools(notes).index(red) + 1 :]

    assert status, f"{red} failed, and `make all` ended with status 0: that is green"
    goes_on = "tests" in after
    assert not goes_on, f"{red} failed, and `make all` went on with: {', '.join(after)}"


@pytest.mark.depends_on("test_make_can_read_it")
def test_a_file_of_the_same_name_changes_nothing(made):
    idle = [
        target
        for target in TARGETS
        if tools(made[target, "", True][1]) != tools(made[target, "", False][1])
    ]

    assert not idle, (
        "Where files lie in the folder that are named as the targets of this Makefile, "
        f"`make {idle[0]}` does not do all of its work: make takes a target for the file of its name. "
        "`.PHONY:` names targets that are no files"
    )
