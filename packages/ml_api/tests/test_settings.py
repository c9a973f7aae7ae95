from dataclasses import fields
from pathlib import Path

import pytest
from ml_api.settings import DEFAULT_STORE, Settings, SettingsError, describe, read_environ


def read(monkeypatch, **variables):
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    return read_environ(Settings)


def test_without_variables_every_default_holds():
    assert read_environ(Settings) == Settings()


def test_an_empty_variable_counts_as_not_set(monkeypatch):
    assert read(monkeypatch, ML_API_WORKERS=" ", ML_API_KEYS="") == Settings()


def test_there_are_at_most_twelve():
    assert len(fields(Settings)) <= 12


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("ML_API_MODE", "production", "mode", "production"),
        ("ML_API_MODEL", "/models/today", "model", Path("/models/today")),
        ("ML_API_HOST", "0.0.0.0", "host", "0.0.0.0"),
        ("ML_API_HOST", "::", "host", "::"),
        ("ML_API_HOST", "[::1]", "host", "::1"),
        ("PORT", "0", "port", 0),
        ("ML_API_WORKERS", "4", "workers", 4),
        ("ML_API_THREADS", "1", "threads", 1),
        ("ML_API_MAX_BODY", "200", "max_body", 200),
        ("ML_API_MAX_ROWS", "1", "max_rows", 1),
        ("ML_API_STORE", "On", "store", DEFAULT_STORE),
        ("ML_API_STORE", "off", "store", None),
        ("ML_API_STORE", "postgresql+psycopg://u:p@h/d", "store", "postgresql+psycopg://u:p@h/d"),
        ("ML_API_KEYS", __file__, "keys", Path(__file__)),
        ("ML_API_PROXIES", "1", "proxies", 1),
    ],
)
def test_a_variable_sets_its_setting(monkeypatch, variable, text, name, value):
    assert getattr(read(monkeypatch, **{variable: text}), name) == value


@pytest.mark.parametrize(
    ("variable", "text", "says"),
    [
        ("ML_API_MODE", "fast", "plain, production"),
        ("PORT", "80000", "less than or equal to 65535"),
        ("PORT", "http", "Not a valid integer"),
        ("ML_API_WORKERS", "0", "greater than or equal to 1"),
        ("ML_API_WORKERS", "2.5", "Not a valid integer"),
        ("ML_API_MAX_BODY", "-1", "greater than or equal to 1"),
        ("ML_API_STORE", "predictions.db", "a database URL"),
        ("ML_API_KEYS", "/no/such/file", "no such file"),
        ("ML_API_HOST", "a host", "a host name or an IP address"),
        ("ML_API_HOST", "localhost:80/x", "a host name or an IP address"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_would_do(monkeypatch, variable, text, says):
    with pytest.raises(SettingsError, match=f"{variable}=.*{says}"):
        read(monkeypatch, **{variable: text})


def test_all_that_is_wrong_is_told_at_once(monkeypatch):
    with pytest.raises(SettingsError) as caught:
        read(monkeypatch, PORT="x", ML_API_THREADS="y", ML_API_STORE="z")

    assert str(caught.value).count("\n") == 2


def test_a_password_in_the_wrong_variable_is_not_repeated(monkeypatch):
    with pytest.raises(SettingsError) as caught:
        read(monkeypatch, PORT="postgresql://me:secret@host/db")

    assert "secret" not in str(caught.value)


def test_the_description_names_every_variable_and_every_default():
    described = describe()

    for each in fields(Settings):
        assert f"{each.metadata['env']} " in described
        assert f"[{each.default}]" in described
