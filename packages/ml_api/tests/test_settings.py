from dataclasses import fields
from pathlib import Path

import pytest
from ml_api.settings import DEFAULT_STORE, Settings, SettingsError, describe


def test_without_variables_every_default_holds():
    assert Settings.from_environ({}) == Settings()


def test_an_empty_variable_counts_as_not_set():
    assert Settings.from_environ({"ML_API_WORKERS": " "}) == Settings()


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("ML_API_MODEL", "/models/today", "model", Path("/models/today")),
        ("ML_API_HOST", "0.0.0.0", "host", "0.0.0.0"),
        ("PORT", "0", "port", 0),
        ("ML_API_WORKERS", "4", "workers", 4),
        ("ML_API_REQUEST_LOG", "off", "request_log", False),
        ("ML_API_REQUEST_LOG", "Yes", "request_log", True),
        ("ML_API_LOG_LEVEL", "WARNING", "log_level", "warning"),
        ("ML_API_STORE", "on", "store", DEFAULT_STORE),
        ("ML_API_STORE", "off", "store", None),
        ("ML_API_STORE", "postgresql+psycopg://u:p@h/d", "store", "postgresql+psycopg://u:p@h/d"),
        ("ML_API_RELOAD", "0.5", "reload", 0.5),
        ("ML_API_RUNTIME", "/", "runtime", Path("/")),
    ],
)
def test_a_variable_sets_its_setting(variable, text, name, value):
    assert getattr(Settings.from_environ({variable: text}), name) == value


@pytest.mark.parametrize(
    ("variable", "text", "says"),
    [
        ("PORT", "80000", "from 0 to 65535"),
        ("PORT", "http", "from 0 to 65535"),
        ("ML_API_WORKERS", "0", "from 1 to 256"),
        ("ML_API_WORKERS", "2.5", "from 1 to 256"),
        ("ML_API_RELOAD", "nan", "from 0 to 86400"),
        ("ML_API_REQUEST_LOG", "maybe", "say on or off"),
        ("ML_API_LOG_LEVEL", "loud", "choose one of debug, info, warning, error"),
        ("ML_API_STORE", "predictions.db", "a database URL"),
        ("ML_API_KEYS", "/no/such/file", "no such file"),
        ("ML_API_RUNTIME", "/no/such/folder", "no such directory"),
        ("ML_API_HOST", "a host", "a host name or an IP address"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_would_do(variable, text, says):
    with pytest.raises(SettingsError, match=f"{variable}=.*{says}"):
        Settings.from_environ({variable: text})


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(SettingsError) as caught:
        Settings.from_environ({"PORT": "x", "ML_API_THREADS": "y"})

    assert str(caught.value).count("\n") == 1


def test_a_password_in_the_wrong_variable_is_not_repeated():
    with pytest.raises(SettingsError) as caught:
        Settings.from_environ({"PORT": "postgresql://me:secret@host/db"})

    assert "secret" not in str(caught.value)


def test_the_description_names_every_variable_and_every_default():
    described = describe()

    for each in fields(Settings):
        assert each.metadata["env"] in described
    assert described.count("[") == len(fields(Settings))
