import importlib
import subprocess
import sys

import pytest

from course.sandbox import import_hook


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
