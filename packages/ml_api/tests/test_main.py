import subprocess
import sys
from dataclasses import fields

import pytest
from ml_api import __main__, __version__
from ml_api.__main__ import main
from ml_api.auth.api_keys import ApiKeys
from ml_api.settings import Settings

from models import make_model


def test_help_lists_every_setting(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    shown = capsys.readouterr().out
    assert ended.value.code == 0
    for each in fields(Settings):
        assert each.metadata["env"] in shown
    assert "--production" in shown


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])

    assert __version__ in capsys.readouterr().out


def test_a_wrong_setting_is_told_before_anything_is_loaded(capsys, monkeypatch):
    monkeypatch.setenv("PORT", "http")

    assert main([]) == 2
    assert capsys.readouterr().err.startswith("ml-api: PORT='http'")


def bad_keys(folder):
    (folder / "keys").write_text("nothing useful")
    return {"ML_API_KEYS": folder / "keys"}


def old_spool(folder):
    (folder / "spool").mkdir()
    (folder / "spool" / "1.segment").touch()
    return {"ML_API_SPOOL": folder / "spool"}


# what is refused at the start, and the sentence for it
REFUSED = {
    "no model": (
        lambda _: {"ML_API_MODEL": "no/model"},
        "ML_API_MODEL=no/model: There is no model",
    ),
    "a model that prices nothing": (
        lambda folder: {"ML_API_MODEL": make_model(folder / "bad", base=1e30)},
        "cannot price an example row",
    ),
    "a bad file of keys": (bad_keys, "line 1"),
    "a database nobody knows": (lambda _: {"ML_API_STORE": "nosuch://host/db"}, "ML_API_STORE"),
    "an older spool": (old_spool, "Start that version once more"),
}


@pytest.mark.parametrize(("fault", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_serve_is_told_in_one_line_and_nothing_is_served(
    model_dir, tmp_path, monkeypatch, capfd, fault, says
):
    monkeypatch.setattr(__main__, "serve", lambda _: pytest.fail("it serves"))
    for name, value in ({"ML_API_MODEL": model_dir} | fault(tmp_path)).items():
        monkeypatch.setenv(name, str(value))

    assert main(["serve"]) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("ml-api: ")
    assert says in line


def test_with_all_in_order_it_serves(monkeypatch, model_dir, tmp_path):
    path = tmp_path / "keys"
    path.write_text("alice:a-key-that-is-long-enough")
    served = []
    monkeypatch.setattr(__main__, "serve", served.append)
    monkeypatch.setenv("ML_API_MODEL", str(model_dir))
    monkeypatch.setenv("ML_API_KEYS", str(path))
    monkeypatch.chdir(tmp_path)

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


@pytest.mark.slow
def test_neither_scikit_learn_nor_pandas_nor_production_is_in_the_process(model_dir):
    code = (
        "import sys; from pathlib import Path; from ml_api.app import create_app;"
        "from ml_api.settings import Settings;"
        f"create_app(Settings(model=Path({str(model_dir)!r}))); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    unwanted = {"sklearn", "pandas", "scipy", "pyarrow", "msgspec", "ml_api.production"}
    assert not unwanted & set(loaded.stdout.decode().split())
