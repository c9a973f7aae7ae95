"""API keys: several, each with a name, read from a file and read again when it changes.

A line of the file is `name:key`, where the key is either plain text or, so that the file itself is
no secret, `sha256:` and the hex digest that `ml-api key NAME` prints. Lines that start with # and
empty lines are skipped. Rotating is editing the file: both keys in, clients moved, old one out.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
import time
from pathlib import Path

LOOK_AGAIN_S = 1.0
SHORTEST_KEY = 16

_LINE = re.compile(
    r"(?P<name>[A-Za-z0-9._-]{1,64}):(?:sha256:(?P<digest>[0-9a-f]{64})|(?P<key>\S+))"
)


class KeyFileError(ValueError):
    """The file of API keys cannot be used. The message names the line, never a key."""


def new_key(name: str) -> tuple[str, str]:
    """Make a key for `name`: the key itself, and the line to put in the file."""
    key = secrets.token_urlsafe(32)
    line = f"{name}:sha256:{_digest(key).hex()}"
    if not _LINE.fullmatch(line):
        raise KeyFileError("a name is 1 to 64 letters, digits, dots, dashes or underscores")
    return key, line


def read_keys(path: Path) -> dict[str, bytes]:
    """Read a file of keys: the SHA-256 of each key by its name.

    Raises
    ------
    KeyFileError
        If the file cannot be read, a line is malformed, a key is short or a name given twice.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"{path}: {getattr(error, 'strerror', None) or 'not text'}") from None
    digests: dict[str, bytes] = {}
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            name, digest = _read_line(line.strip(), f"{path}, line {number}")
            if name in digests:
                raise KeyFileError(f"{path}, line {number}: {name} is there twice")
            digests[name] = digest
    if not digests:
        # an empty file must not mean "open to all", and locking everyone out is hardly meant
        raise KeyFileError(f"{path}: holds no key")
    return digests


def _read_line(line: str, where: str) -> tuple[str, bytes]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise KeyFileError(f"{where}: is not name:key")
    if found["digest"]:
        return found["name"], bytes.fromhex(found["digest"])
    if len(found["key"]) < SHORTEST_KEY:
        raise KeyFileError(f"{where}: a key has at least {SHORTEST_KEY} characters")
    return found["name"], _digest(found["key"])


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


class ApiKeys:
    """The keys in force.

    Parameters
    ----------
    path : Path
        File of keys. A file that turns bad later leaves the keys last read in force.

    Raises
    ------
    KeyFileError
        If the file is bad from the start.
    """

    def __init__(self, path: Path):
        self._path = path
        self._stamp = self._stat()
        self._digests = read_keys(path)
        self._looked = time.monotonic()
        self.error: str | None = None

    def owner(self, key: str) -> str | None:
        """Return the name under which `key` was given out; None for a key that is not in force."""
        self._look_again()
        presented = _digest(key)
        owner = None
        # no early way out: how long it takes must not tell which key was nearly right
        for name, digest in self._digests.items():
            if hmac.compare_digest(presented, digest):
                owner = name
        return owner

    def look(self) -> None:
        """Read the file again if it has changed."""
        stamp = self._stat()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        log = logging.getLogger("ml_api.keys")
        try:
            self._digests, self.error = read_keys(self._path), None
            log.info("API keys read again", extra={"names": sorted(self._digests)})
        except KeyFileError as error:
            self.error = str(error)
            log.error("API keys not read again: %s", error)

    def _look_again(self) -> None:
        now = time.monotonic()
        if now - self._looked >= LOOK_AGAIN_S:
            self._looked = now
            self.look()

    def _stat(self) -> tuple[int, int, int] | None:
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size, stat.st_ino
