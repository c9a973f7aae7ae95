import subprocess
import sys
from dataclasses import fields

import pytest
from ml_api import __version__, server
from ml_api.__main__ import main
from ml_api.keys import ApiKeys
from ml_api.settings import Settings


def test_help_lists_every_setting(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    shown = capsys.readouterr().out
    assert ended.value.code == 0
    for each in fields(Settings):
        assert each.metadata["env"] in shown


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])

    assert __version__ in capsys.readouterr().out


def test_a_wrong_setting_is_told_before_anything_is_loaded(capsys, monkeypatch):
    monkeypatch.setenv("PORT", "http")

    assert main([]) == 2
    assert capsys.readouterr().err.startswith("ml-api: PORT='http'")


def test_a_bad_file_of_keys_is_told_at_the_start(capsys, monkeypatch, tmp_path):
    path = tmp_path / "keys"
    path.write_text("nothing useful")
    monkeypatch.setenv("ML_API_KEYS", str(path))

    assert main(["serve"]) == 2
    assert "line 1" in capsys.readouterr().err


def test_with_all_in_order_it_serves(monkeypatch, model_dir, tmp_path):
    path = tmp_path / "keys"
    path.write_text("alice:a-key-that-is-long-enough")
    served = []
    monkeypatch.setattr(server, "serve", served.append)
    monkeypatch.setenv("ML_API_MODEL", str(model_dir))
    monkeypatch.setenv("ML_API_KEYS", str(path))

    assert main([]) == 0
    assert served == [Settings(model=model_dir, keys=path)]


def test_a_key_is_made_that_works(capsys, tmp_path):
    assert main(["key", "alice"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    path = tmp_path / "keys"
    path.write_text(second.split(": ")[1])

    assert ApiKeys(path).owner(first.split(": ")[1]) == "alice"


def test_a_key_for_an_impossible_name_is_refused(capsys):
    assert main(["key", "two words"]) == 2
    assert "letters" in capsys.readouterr().err


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, ml_api.__main__; print(*sorted(sys.modules))"
    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    for name in ("flask", "numpy", "onnxruntime", "sqlalchemy", "gunicorn"):
        assert name not in modules.stdout.split()
