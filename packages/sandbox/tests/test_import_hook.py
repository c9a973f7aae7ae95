import importlib
import pickle
import subprocess
import sys

import pytest

from sandbox import import_hook
from sandbox.import_hook import HoleFinder


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with two modules, one of which uses the other."""
    folder = tmp_path / "src" / "houses_of_a_test"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "age.py").write_text("def age(): return 'reference'\n")
    (folder / "price.py").write_text("from houses_of_a_test.age import age\n")
    monkeypatch.syspath_prepend(folder.parent)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    yield folder.parent
    for name in [name for name in sys.modules if name.startswith("houses_of_a_test")]:
        del sys.modules[name]


@pytest.mark.usefixtures("package")
def test_a_file_becomes_the_module_for_all_who_import_it(tmp_path):
    (tmp_path / "mine.py").write_text("def age(): return 'mine'\n")

    import_hook.fill("houses_of_a_test.age", tmp_path / "mine.py")

    assert importlib.import_module("houses_of_a_test.price").age() == "mine"


@pytest.mark.usefixtures("package")
def test_every_other_module_stays_as_it_was(tmp_path):
    (tmp_path / "mine.py").write_text("price = 'mine'\n")

    import_hook.fill("houses_of_a_test.price", tmp_path / "mine.py")

    assert importlib.import_module("houses_of_a_test.age").age() == "reference"


@pytest.mark.usefixtures("package")
def test_a_package_that_is_filled_keeps_its_other_modules(tmp_path):
    (tmp_path / "mine.py").write_text("from houses_of_a_test import price\n")

    import_hook.fill("houses_of_a_test", tmp_path / "mine.py")

    assert importlib.import_module("houses_of_a_test").price.age() == "reference"


def test_a_started_python_has_the_module_too(package, tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text("def age(): return 'mine'\n")
    monkeypatch.setenv("PYTHONPATH", str(package))
    monkeypatch.delenv(import_hook.VARIABLE, raising=False)

    import_hook.fill_in_children("houses_of_a_test.age", tmp_path / "mine.py", tmp_path / "start")

    program = "from houses_of_a_test.price import age; print(age())"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "mine\n"


def test_without_an_announcement_nothing_is_filled(monkeypatch):
    monkeypatch.delenv(import_hook.VARIABLE, raising=False)
    before = list(sys.meta_path)

    import_hook.fill_from_environment()

    assert sys.meta_path == before


SHARED = '''"""Ages, and a table that is made when the module is imported."""

from dataclasses import dataclass

LIMITS = {"oldest": 200}


def register(function):
    TABLE[function.__name__] = function
    return function


TABLE = {}


@register
def age(since, until):
    return "reference"


@dataclass
class House:
    built: int


def told():
    return age(1990, 2000)


AT_IMPORT = age(1990, 2000)
'''


@pytest.fixture
def shared(package, tmp_path):
    """A module with several holes; returns what writes an answer and fills one of them."""
    (package / "houses_of_a_test" / "shared.py").write_text(SHARED)
    (package / "houses_of_a_test" / "user.py").write_text(
        "from houses_of_a_test.shared import age\n"
    )

    def fill(name, source):
        (tmp_path / f"{name}.py").write_text(source)
        hole = f"houses_of_a_test.shared:{name}"
        import_hook.fill(hole, tmp_path / f"{name}.py")
        return import_hook.load(hole)

    return fill


AGE = """
from houses_of_a_test.shared import LIMITS, register

@register
def age(since, until):
    return min(until - since, LIMITS["oldest"])
"""


def test_a_file_becomes_one_function_for_all_who_use_it(shared):
    answer = shared("age", AGE)
    module = importlib.import_module("houses_of_a_test.shared")

    assert importlib.import_module("houses_of_a_test.user").age is answer.age
    assert (module.told(), module.AT_IMPORT, module.TABLE) == (10, 10, {"age": answer.age})
    assert answer.LIMITS is module.LIMITS
    assert answer.__name__ == "houses_of_a_test.shared__age"


def test_two_holes_of_one_module_may_be_filled_at_once():
    source = SHARED
    both = import_hook.with_import(source, "houses_of_a_test.shared:age")
    both = import_hook.with_import(both, "houses_of_a_test.shared:House")

    assert "from houses_of_a_test.shared__age import age;" in both
    assert "from houses_of_a_test.shared__House import House;" in both
    assert "reference" not in both and "built: int" not in both
    assert both.splitlines().index("AT_IMPORT = age(1990, 2000)") == source.splitlines().index(
        "AT_IMPORT = age(1990, 2000)"
    )


def test_a_class_that_was_filled_in_can_be_pickled_as_the_package_s_own(shared):
    answer = shared(
        "House", "class House:\n    def __init__(self, built):\n        self.built = built\n"
    )
    house = answer.House(1990)

    assert answer.House.__module__ == "houses_of_a_test.shared"
    assert pickle.loads(pickle.dumps(house)).built == 1990
    assert b"shared__House" not in pickle.dumps(house)


def test_what_is_only_passed_on_keeps_its_module(shared):
    answer = shared("age", "from operator import sub as age\n")

    assert answer.age.__module__ == "_operator"


def test_a_compiled_module_does_not_hide_the_hole(shared):
    importlib.import_module("houses_of_a_test.shared")
    del sys.modules["houses_of_a_test.shared"]

    assert shared("age", AGE).age(1990, 2000) == 10
    for name in ("houses_of_a_test.shared", "houses_of_a_test.shared__age"):
        del sys.modules[name]
    sys.meta_path[:] = [item for item in sys.meta_path if not isinstance(item, HoleFinder)]
    assert importlib.import_module("houses_of_a_test.shared").AT_IMPORT == "reference"


def test_a_function_of_a_package_itself_can_be_filled(package, tmp_path):
    (package / "houses_of_a_test" / "__init__.py").write_text("def one():\n    return 'ours'\n")
    (tmp_path / "one.py").write_text("def one():\n    return 'mine'\n")
    import_hook.fill("houses_of_a_test:one", tmp_path / "one.py")

    assert import_hook.load("houses_of_a_test:one").one() == "mine"
    assert importlib.import_module("houses_of_a_test").one() == "mine"
    assert importlib.import_module("houses_of_a_test.age").age() == "reference"


def test_an_answer_without_the_function_is_an_import_error_about_it(shared):
    with pytest.raises(ImportError, match="cannot import name 'age'") as error:
        shared("age", "agee = 1\n")
    assert error.value.name == "houses_of_a_test.shared__age"


@pytest.mark.parametrize(("name", "said"), [("no", "no function or class no"), ("f", "more than")])
def test_a_hole_is_one_function_or_class(name, said):
    source = "def f():\n    pass\ndef f():\n    pass\n"

    with pytest.raises(LookupError, match=said):
        import_hook.with_import(source, f"m:{name}")


@pytest.mark.usefixtures("shared")
def test_a_started_python_has_the_function_too(package, tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(AGE)
    monkeypatch.setenv("PYTHONPATH", str(package))
    monkeypatch.delenv(import_hook.VARIABLE, raising=False)
    import_hook.fill_in_children(
        "houses_of_a_test.shared:age", tmp_path / "mine.py", tmp_path / "start"
    )

    program = "from houses_of_a_test.user import age; print(age(1990, 2000))"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "10\n"
