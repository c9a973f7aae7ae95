"""The wheel is built, opened, installed and asked for a price."""

import base64
import io
import json
import re
import sys
import tomllib
import zipfile
from email import message_from_string
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

# runs in a copy of the lesson's folder: builds the wheel as it is when another version comes
PROBE = """
import base64, json, pathlib, re, subprocess, sys

version, place = sys.argv[1:]
source = pathlib.Path("src/area_price")
(source / "version.py").write_text(f'__version__ = "{version}"\\n')
(source / "tests" / f"test_{place}.py").write_text("import area_price\\n")
(source / "data" / f"{place}.parquet").write_bytes(b"PAR1")
build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "built"]
done = subprocess.run(build, capture_output=True, text=True)
wheels = sorted(pathlib.Path("built").glob("*.whl"))
if done.returncode or len(wheels) != 1:
    said = (done.stderr or done.stdout).strip()
    # of a traceback, what was raised
    said = re.split(r"\\n(?=[\\w.]+(?:Error|Exception)\\b)", said)[-1]
    print(json.dumps({"error": said[-1500:]}))
    sys.exit()
install = ["uv", "pip", "install", "--offline", "--no-cache", "--no-deps", "--quiet"]
install += ["--python", sys.executable, "--target", "clean", str(wheels[0])]
done = subprocess.run(install, capture_output=True, text=True)
answers = []
clean = "import sys; sys.path.insert(0, 'clean'); sys.argv = ['area-price', '1500'];"
for code in (
    "import area_price; print(area_price.price(1500), area_price.__version__)",
    "from importlib.metadata import entry_points as found;"
    "scripts = list(found(group='console_scripts', name='area-price'));"
    "scripts[0].load()() if scripts else print('there is no script of this name')",
):
    ran = subprocess.run([sys.executable, "-I", "-c", clean + code], capture_output=True, text=True)
    answers.append(ran.stdout.strip() or ran.stderr.strip()[-300:])
content = base64.b64encode(wheels[0].read_bytes()).decode()
answers.insert(0, done.stderr[-300:])
print(json.dumps({"name": wheels[0].name, "wheel": content, "answers": answers}))
"""
BUILT = {}


@pytest.fixture
def drawn(draw):
    """A version that nobody has written into a file, and the name of files that are to come."""
    return f"{draw.randint(2, 9)}.{draw.randint(0, 9)}.1", f"of_{draw.randint(2000, 2030)}"


@pytest.fixture
def built(submission, drawn):
    """What the probe has seen of the wheel; it is built once for all tests."""
    key = (submission.text, drawn)
    if key not in BUILT:
        done = submission.shell([sys.executable, "-c", PROBE, *drawn])
        BUILT.clear()
        BUILT[key] = json.loads(done.stdout) if done.stdout else {"error": done.stderr[-1500:]}
    return BUILT[key]


@pytest.fixture
def wheel(built):
    """The wheel, opened."""
    if "error" in built:
        pytest.skip("there is no wheel")
    return zipfile.ZipFile(io.BytesIO(base64.b64decode(built["wheel"])))


@pytest.fixture
def metadata(wheel):
    """What the wheel says of itself."""
    name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return message_from_string(wheel.read(name).decode())


@pytest.fixture
def required(metadata):
    """The requirements: name of the package, and the requirement."""
    lines = [Requirement(line) for line in metadata.get_all("Requires-Dist", [])]
    return [(canonicalize_name(line.name), line) for line in lines]


def brought(required, extra=""):
    """Return what comes with an extra, or with none; an extra may name others of this package."""
    found = [
        (name, each)
        for name, each in required
        if each.marker is None or each.marker.evaluate({"extra": extra})
    ]
    more = {other for name, each in found if name == "area-price" for other in each.extras}
    names = {name for name, _ in found if name != "area-price"}
    return names.union(*(brought(required, other) for other in more - {extra}))


def test_it_builds(built):
    there_is_one = "error" not in built
    assert (
        there_is_one
    ), f"`hatchling build` makes no wheel of this pyproject.toml. It says: {built.get('error')}"


@pytest.mark.depends_on("test_it_builds")
def test_what_builds_it_is_named(submission):
    system = tomllib.loads(submission.text).get("build-system", {})

    assert system.get("build-backend") == "hatchling.build" and system.get("requires"), (
        "`[build-system]` should go on naming hatchling, as it did: `pip wheel` and `pip install` "
        "build by what stands there, and another backend does not read `[tool.hatch]`, so tests, "
        "data and secret would be in the wheel again"
    )


@pytest.mark.depends_on("test_it_builds")
def test_the_version_is_that_of_the_code(built, drawn):
    assert built["name"].startswith(f"area_price-{drawn[0]}-"), (
        f"`version.py` said {drawn[0]}, and the wheel is {built['name']}: the version should be "
        "read from `version.py`, so that it stands in one place (and the name is `area_price`)"
    )


@pytest.mark.depends_on("test_it_builds")
def test_no_tests_no_data_no_secret(wheel):
    names = wheel.namelist()
    found = [name for name in names if re.search(r"/tests/|/data/|credentials|\.csv|\.parq", name)]

    assert not found, (
        f"These are in the wheel, and everybody who installs it gets them: {', '.join(found)}. "
        "No tests, no data and no secret belong there, nor what will lie in these folders one day"
    )


@pytest.mark.depends_on("test_it_builds")
def test_all_that_runs_is_in_it(wheel):
    wanted = ["__init__", "command", "pricing", "training", "version"]
    wanted = [f"area_price/{name}.py" for name in wanted]
    wanted += ["area_price/coefficients.json", "area_price/py.typed"]
    missing = sorted(set(wanted) - set(wheel.namelist()))

    assert not missing, (
        f"The wheel lacks {', '.join(missing)}: all modules, the coefficients that `price` reads, "
        "and `py.typed`, which tells type checkers that there are type hints"
    )


@pytest.mark.depends_on("test_it_builds")
def test_the_base_requires_what_serving_needs(required):
    base = sorted(brought(required))

    assert base == ["numpy"], (
        "Who installs `area_price` to serve needs NumPy and nothing else (the standard library is "
        f"there). Required on this machine is: {', '.join(base) or 'nothing'}"
    )


@pytest.mark.depends_on("test_it_builds")
def test_training_is_an_extra(required):
    train = brought(required, "train")

    assert train >= {"pandas", "scikit-learn"}, (
        "`pip install area_price[train]` should bring pandas and scikit-learn: an extra named "
        f"`train`. It brings: {', '.join(sorted(train)) or 'nothing'}"
    )


@pytest.mark.depends_on("test_it_builds")
def test_requirements_are_ranges(required):
    operators = [
        (name, str(each), {part.operator for part in each.specifier}) for name, each in required
    ]
    pinned = [line for _, line, found in operators if found & {"==", "==="}]
    bare = [name for name, _, found in operators if not found & {">", ">=", "~="}]

    assert not pinned, (
        f"Pinned to one version: {', '.join(pinned)}. Beside another package that pins the same "
        "one otherwise, this wheel could not be installed. Pins belong in a lock file"
    )
    assert not [name for name in bare if name != "area-price"], (
        f"Without a lower bound: {', '.join(bare)}. A version of years ago would do, so the wheel "
        "says, and it would not"
    )
    known = ("numpy", "pandas", "scikit-learn")
    here = {name: version(name) for name, _ in required if name in known}
    ranges = [(name, each.specifier) for name, each in required if name in here]
    beyond = [f"{name} {each} ({here[name]})" for name, each in ranges if here[name] not in each]
    assert not beyond, (
        "This wheel cannot be installed beside what this course has, which should be in range: "
        f"{', '.join(beyond)}"
    )


@pytest.mark.depends_on("test_it_builds")
def test_the_python_it_needs_is_told(metadata):
    told = metadata.get("Requires-Python", "")
    asked = SpecifierSet(told)

    assert [python in asked for python in ("3.10.19", "3.11.0", "3.14.2", "3.20.0")] == [
        False,
        True,
        True,
        True,
    ], (
        "`requires-python` should say that this package needs Python 3.11 or later: pip then "
        "refuses an older one (3.10.19), and takes 3.11.0, 3.14.2 and one day 3.20.0. It says: "
        f"{told or 'nothing'}"
    )


@pytest.mark.depends_on("test_it_builds", "test_all_that_runs_is_in_it")
def test_installed_in_a_clean_place_it_prices_a_house(built, drawn):
    trouble, said, command = built["answers"]

    assert said == f"177500.0 {drawn[0]}", (
        "Installed from the wheel, `area_price.price(1500)` should be 177500.0, and `__version__` "
        f"that of the wheel. It said: {said} {trouble}"
    )
    assert command == "$177,500", (
        "Installed from the wheel, the command `area-price 1500` should print $177,500: is there "
        f"a script of this name, which calls `main` of `area_price.command`? It said: {command}"
    )
