"""Every setting of the service: its environment variable, default, check and help, in one table."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from environs import Env, EnvError
from marshmallow import ValidationError
from marshmallow.validate import OneOf, Range

DEFAULT_STORE = "sqlite:///predictions.db"


class SettingsError(ValueError):
    """One or more settings cannot be used; the message names each and says what would do."""


def store_url(text: str) -> str | None:
    """Read where predictions are kept: on, off, or a database URL that SQLAlchemy understands."""
    choice = {"on": DEFAULT_STORE, "off": None}
    if text.lower() in choice:
        return choice[text.lower()]
    if not re.fullmatch(r"[a-z][a-z0-9+_]*://\S*", text, re.IGNORECASE):
        raise ValidationError("Say on, off or a database URL such as sqlite:///predictions.db.")
    return text


def existing_file(text: str) -> Path:
    """Read the path of a file that must exist."""
    if not Path(text).is_file():
        raise ValidationError("There is no such file.")
    return Path(text)


def host_name(text: str) -> str:
    """Read a host name or IP address to listen on; an IPv6 address may be in brackets."""
    if not re.fullmatch(r"[A-Za-z0-9._:-]+|\[[0-9A-Fa-f:.]+\]", text):
        raise ValidationError("Give a host name or an IP address.")
    return text.strip("[]")


def setting(
    env: str, default: Any, read: Callable[..., Any], says: str, check: Callable | None = None
) -> Any:
    """Describe one setting: its variable, default, a method of `environs.Env`, help and check."""
    metadata = {"env": env, "read": read, "help": says, "check": check}
    return field(default=default, metadata=metadata)  # pylint: disable=invalid-field-call


def read_environ(cls: type) -> Any:
    """Read a dataclass of settings from the environment; an empty variable counts as not set.

    Raises
    ------
    SettingsError
        Naming every variable whose value cannot be used.
    """
    env, values = Env(eager=False), {}
    given = [each for each in fields(cls) if os.environ.get(each.metadata["env"], "").strip()]
    for each in given:
        values[each.name] = each.metadata["read"](
            env, each.metadata["env"], validate=each.metadata["check"]
        )
    try:
        env.seal()
    except EnvError as error:
        messages = getattr(error, "error_messages", {})
        raise SettingsError(
            "\n".join(f"{name}={_shown(name)}: {' '.join(said)}" for name, said in messages.items())
        ) from None
    return cls(**values)


def _shown(name: str) -> str:
    text = os.environ[name]
    # a database URL given to the wrong variable may hold a password
    return "(not shown)" if "://" in text or "@" in text else repr(text)


def _custom(read: Callable[[str], Any]) -> Callable[..., Any]:
    """Make a method of `environs.Env` of a function that reads text."""

    def method(env: Env, name: str, **_: Any) -> Any:
        env.add_parser(read.__name__, read)
        return getattr(env, read.__name__)(name)

    return method


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the service may be told; `read_environ(Settings)` reads it from the environment."""

    mode: str = setting(
        "ML_API_MODE",
        "plain",
        Env.str,
        "plain, or production: see the README there",
        OneOf(["plain", "production"]),
    )
    model: Path = setting("ML_API_MODEL", Path("model"), Env.path, "directory of the trained model")
    host: str = setting("ML_API_HOST", "127.0.0.1", _custom(host_name), "address to listen on")
    port: int = setting(
        "PORT", 8000, Env.int, "port to listen on; 0 takes a free one", Range(0, 65535)
    )
    workers: int = setting("ML_API_WORKERS", 2, Env.int, "processes that serve", Range(1, 256))
    threads: int = setting(
        "ML_API_THREADS", 4, Env.int, "requests that each process answers at a time", Range(1, 256)
    )
    max_body: int = setting(
        "ML_API_MAX_BODY", 4 * 2**20, Env.int, "largest request body, in bytes", Range(1, 2**31)
    )
    max_rows: int = setting(
        "ML_API_MAX_ROWS", 1000, Env.int, "most rows in one request", Range(1, 1_000_000)
    )
    store: str | None = setting(
        "ML_API_STORE",
        DEFAULT_STORE,
        _custom(store_url),
        "where predictions are kept: on, off or a database URL",
    )
    keys: Path | None = setting(
        "ML_API_KEYS", None, _custom(existing_file), "file of API keys, read again when it changes"
    )
    shadow: Path | None = setting(
        "ML_API_SHADOW_MODEL", None, Env.path, "directory of a candidate that prices along, unseen"
    )
    proxies: int = setting(
        "ML_API_PROXIES",
        0,
        Env.int,
        "reverse proxies in front whose headers are trusted",
        Range(0, 10),
    )


def describe(cls: type = Settings) -> str:
    """List every setting, its variable and its default, as a table for `--help`."""
    return "\n".join(
        f"  {each.metadata['env']:<19} {each.metadata['help']} [{each.default}]"
        for each in fields(cls)
    )
