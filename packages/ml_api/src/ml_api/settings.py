"""Every setting of the service: its environment variable, default, check and help, in one table."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

DEFAULT_STORE = "sqlite:///predictions.db"

_SWITCH = {"on": True, "1": True, "true": True, "yes": True}
_SWITCH |= {"off": False, "0": False, "false": False, "no": False}
_URL = re.compile(r"[a-z][a-z0-9+_]*://\S*", re.IGNORECASE)


class SettingsError(ValueError):
    """One or more settings cannot be used; the message names each and says what would do."""


def switch(text: str) -> bool:
    """Read on/off; yes, true, 1 and their opposites do as well."""
    try:
        return _SWITCH[text.strip().lower()]
    except KeyError:
        raise ValueError("say on or off") from None


def between(low: float, high: float, kind: type = int) -> Callable[[str], Any]:
    """Make a reader of numbers from `low` to `high`, both included."""

    def read(text: str) -> Any:
        try:
            number = kind(text)
        except ValueError:
            raise ValueError(f"give a number from {low} to {high}") from None
        # written this way round so that nan, which compares false, is refused
        if not low <= number <= high:
            raise ValueError(f"give a number from {low} to {high}")
        return number

    return read


def one_of(*choices: str) -> Callable[[str], str]:
    """Make a reader that takes one of the `choices`, in any case."""

    def read(text: str) -> str:
        if text.strip().lower() not in choices:
            raise ValueError(f"choose one of {', '.join(choices)}")
        return text.strip().lower()

    return read


def store_url(text: str) -> str | None:
    """Read where predictions are kept: on, off, or a database URL that SQLAlchemy understands."""
    if text.strip().lower() in _SWITCH:
        return DEFAULT_STORE if switch(text) else None
    if not _URL.fullmatch(text.strip()):
        raise ValueError("say on, off or a database URL such as sqlite:///predictions.db")
    return text.strip()


def file_path(text: str) -> Path:
    """Read the path of a file that must exist."""
    path = Path(text)
    if not path.is_file():
        raise ValueError("no such file")
    return path


def folder(text: str) -> Path:
    """Read the path of a directory that must exist."""
    path = Path(text)
    if not path.is_dir():
        raise ValueError("no such directory")
    return path


def address(text: str) -> str:
    """Read a host name or IP address to listen on."""
    if not re.fullmatch(r"[A-Za-z0-9._:\[\]-]+", text):
        raise ValueError("give a host name or an IP address")
    return text


def _setting(env: str, default: Any, read: Callable[[str], Any], says: str, shown: str = "") -> Any:
    metadata = {"env": env, "read": read, "help": says, "shown": shown}
    return field(default=default, metadata=metadata)  # pylint: disable=invalid-field-call


@dataclass(frozen=True, kw_only=True)
class Settings:  # pylint: disable=too-many-instance-attributes  # it is the list of all settings
    """What the service may be told. Read from the environment with `from_environ`.

    Raises
    ------
    SettingsError
        From `from_environ`, naming every variable whose value cannot be used.
    """

    model: Path = _setting("ML_API_MODEL", Path("model"), Path, "directory of the trained model")
    host: str = _setting("ML_API_HOST", "127.0.0.1", address, "address to listen on")
    port: int = _setting("PORT", 8000, between(0, 65535), "port to listen on; 0 takes a free one")
    workers: int = _setting("ML_API_WORKERS", 2, between(1, 256), "processes that serve")
    threads: int = _setting(
        "ML_API_THREADS", 4, between(1, 256), "threads of each process, for what takes long"
    )
    preload: bool = _setting(
        "ML_API_PRELOAD", True, switch, "load once, then fork: less memory, a faster start"
    )
    timeout: int = _setting(
        "ML_API_TIMEOUT", 30, between(1, 3600), "seconds until a stuck process is replaced"
    )
    grace: int = _setting(
        "ML_API_GRACE", 30, between(0, 3600), "seconds that open requests get when stopping"
    )
    keepalive: int = _setting(
        "ML_API_KEEPALIVE", 5, between(0, 3600), "seconds an idle connection is kept"
    )
    patience: int = _setting(
        "ML_API_PATIENCE", 30, between(1, 3600), "seconds a request may take to arrive"
    )
    max_body: int = _setting(
        "ML_API_MAX_BODY", 4 * 2**20, between(1, 2**31), "largest request body, in bytes"
    )
    max_rows: int = _setting(
        "ML_API_MAX_ROWS", 1000, between(1, 1_000_000), "most rows in one request"
    )
    request_log: bool = _setting(
        "ML_API_REQUEST_LOG", True, switch, "one JSON line per request on standard output"
    )
    log_level: str = _setting(
        "ML_API_LOG_LEVEL",
        "info",
        one_of("debug", "info", "warning", "error"),
        "how much else is logged, on standard error",
    )
    metrics: bool = _setting("ML_API_METRICS", True, switch, "count and time requests for /metrics")
    store: str | None = _setting(
        "ML_API_STORE",
        DEFAULT_STORE,
        store_url,
        "where predictions are kept: on, off or a database URL",
        shown=f"on, which is {DEFAULT_STORE}",
    )
    spool: Path = _setting(
        "ML_API_SPOOL",
        Path("predictions.db-spool"),
        Path,
        "directory where predictions wait for the database",
    )
    store_buffer: int = _setting(
        "ML_API_STORE_BUFFER",
        256 * 2**20,
        between(1, 2**40),
        "bytes of predictions that may wait while the database is away",
    )
    keys: Path | None = _setting(
        "ML_API_KEYS",
        None,
        file_path,
        "file of API keys, read again when it changes",
        shown="none: open to all",
    )
    reload: float = _setting(
        "ML_API_RELOAD",
        2.0,
        between(0, 86400, float),
        "seconds between looks for a new model in the directory; 0 never looks",
    )
    runtime: Path | None = _setting(
        "ML_API_RUNTIME",
        None,
        folder,
        "directory for what the processes share while they run",
        shown="a temporary one",
    )
    docs: bool = _setting("ML_API_DOCS", True, switch, "serve the page /docs")
    proxies: int = _setting(
        "ML_API_PROXIES", 0, between(0, 10), "reverse proxies in front whose headers are trusted"
    )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read all settings; an empty variable counts as not set."""
        values, wrong = {}, []
        for each in fields(cls):
            text = environ.get(each.metadata["env"], "")
            if not text.strip():
                continue
            try:
                values[each.name] = each.metadata["read"](text)
            except ValueError as error:
                wrong.append(f"{each.metadata['env']}={_shown(text)}: {error}")
        if wrong:
            raise SettingsError("\n".join(wrong))
        return cls(**values)


def _shown(text: str) -> str:
    # a database URL given to the wrong variable may hold a password
    return "(not shown)" if "://" in text or "@" in text else repr(text)


def describe() -> str:
    """List every setting, its variable and its default, as a table for `--help`."""
    lines = []
    for each in fields(Settings):
        default = each.metadata["shown"] or _as_text(each.default)
        lines.append(f"  {each.metadata['env']:<20} {each.metadata['help']} [{default}]")
    return "\n".join(lines)


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)
