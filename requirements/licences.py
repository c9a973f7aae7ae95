"""List the licences of what is locked, as the installed packages state them, in docs/licences.md.

    python requirements/licences.py            # write the page
    python requirements/licences.py --check    # exit 1 and say what differs

No version is in the page, so that it changes when a package or a licence does, not at every lock.
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from collections import Counter
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licences.md"
LOCKED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==", re.MULTILINE)
ROW = re.compile(r"^\| (?!package )(\S+) \| (.+) \|$", re.MULTILINE)

# what a service installs beyond its lock when it keeps its predictions in PostgreSQL
FOR_POSTGRESQL = ("psycopg", "psycopg-binary")

# read in the packages' own files: some are not installed on every system, skops does not say, and
# two of the service's say only "BSD"
STATED = {
    "appnope": "BSD-2-Clause",
    "itsdangerous": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "legacy-cgi": "PSF-2.0",
    "overrides": "Apache-2.0",
    "pexpect": "ISC",
    "psycopg": "LGPL-3.0-only",
    "psycopg-binary": "LGPL-3.0-only",
    "ptyprocess": "ISC",
    "pywinpty": "MIT",
    "pyyaml-ft": "MIT",
    "skops": "MIT",
}

# other words for the identifiers of SPDX, in small letters
SPELLINGS = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache license v2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "bsd license": "BSD",
    "expat license": "MIT",
    "gpl-3.0": "GPL-3.0-only",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "psfl": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
}
KNOWN = {name.lower(): name for name in SPELLINGS.values()} | SPELLINGS

PERMISSIVE = {"0BSD", "Apache", "BSD", "CC0", "ISC", "MIT", "PSF", "Zlib"}
# the strictest first, with what it asks of somebody who ships such a package
COPYLEFT = {
    "GPL": "that code joined with the package comes under the GPL too",
    "LGPL": "that its licence goes along, that people can put a build of their own in its place, "
    "and that changes to it are published",
    "MPL": "that you say where its source is to be had, and publish changes to its own files",
}

SUMMARY = (
    "Whoever ships the service, in an image for example, ships {served}. All of them ask that "
    "their notices go along. Copyleft among them: {served_copyleft}; where predictions are kept in "
    "PostgreSQL, also {postgresql_copyleft}. {asked} A service that is only run, and given to "
    "nobody, ships nothing. The course installs {taught} besides. Copyleft among these: "
    "{taught_copyleft}; the service contains none of them."
)
TEXT = """# Licences

Written by `python requirements/licences.py` from what the packages say of themselves.

{summary}

## The service

What `requirements/serve.txt` locks: all that `ml_api` and the predicting half of `regression_model` need.

{service}

## The service with PostgreSQL

{postgresql}

## The course

What `requirements/core.txt` locks besides, to train, teach and test.

{course}

*BSD* stands where a package does not say with how many clauses. What is locked for another system or another Python
(appnope on macOS, pywinpty on Windows) cannot be asked: its licence is stated in the script. A wheel may hold libraries
under licences of their own, which lie beside its own.
"""


class LicenceError(Exception):
    """A package whose licence cannot be told."""


def locked(name: str) -> list[str]:
    """Return the packages that a file of requirements locks, in its order, each once."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return list(dict.fromkeys(LOCKED.findall(text)))


def licence_of(package: str) -> str:
    """Return the licence of a package, by SPDX's name where it is told.

    Raises
    ------
    LicenceError
        If neither the metadata nor `STATED` tell.
    """
    try:
        said = metadata(package)
    except PackageNotFoundError:
        if package in STATED:
            return STATED[package]
        raise LicenceError(
            f"{package} is locked but not installed here: install it, or add it to STATED."
        ) from None
    classifiers = [each.rpartition(" :: ")[2] for each in said.get_all("Classifier") or []]
    words = [said.get("License") or "", *classifiers]
    found = (KNOWN[word.lower()] for word in words if word.lower() in KNOWN)
    licence = said.get("License-Expression") or STATED.get(package) or next(found, None)
    if not licence:
        raise LicenceError(f"{package} does not say its licence in words known here: {words[0]!r}.")
    return licence


def family_of(licence: str) -> str:
    """Return the family of a licence: the strictest of all that hold, the mildest of a choice.

    Raises
    ------
    LicenceError
        If a licence is of no family listed here.
    """
    strictness = [*COPYLEFT, ""]
    held = []
    for part in licence.split(" AND "):
        choice = [_family(name) for name in part.strip("()").split(" OR ")]
        held.append(max(choice, key=lambda family: strictness.index(_if_copyleft(family))))
    return min(held, key=lambda family: strictness.index(_if_copyleft(family)))


def _if_copyleft(family: str) -> str:
    return family if family in COPYLEFT else ""


def _family(name: str) -> str:
    family = name.partition("-")[0]
    if family in PERMISSIVE or family in COPYLEFT:
        return family
    raise LicenceError(f"{name} is no licence that this script knows: add it to the right family.")


def counted(licences: dict[str, str]) -> str:
    """Return how many packages there are, and how many of each family."""
    families = Counter(map(family_of, licences.values())).most_common()
    parts = ", ".join(f"{family} {number}" for family, number in families)
    return f"{len(licences)} packages ({parts})"


def copyleft(licences: dict[str, str]) -> str:
    """Return the copyleft packages, by family."""
    parts = []
    for family in COPYLEFT:
        names = [name for name, licence in licences.items() if family_of(licence) == family]
        if names:
            parts.append(f"{', '.join(names)} ({family})")
    return ", ".join(parts) or "none"


def asked(licences: dict[str, str]) -> str:
    """Return what the copyleft families of some packages ask, a sentence each."""
    present = set(map(family_of, licences.values()))
    words = [f"The {family} asks {asks}." for family, asks in COPYLEFT.items() if family in present]
    if words and "GPL" not in present:
        words.append("Your own code keeps the licence that you choose.")
    return " ".join(words)


def summary(served: dict, postgresql: dict, taught: dict) -> str:
    """Return the first paragraph."""
    text = SUMMARY.format(
        served=counted(served),
        served_copyleft=copyleft(served),
        postgresql_copyleft=copyleft(postgresql),
        asked=asked(served | postgresql),
        taught=counted(taught),
        taught_copyleft=copyleft(taught),
    )
    return textwrap.fill(text, 120, break_on_hyphens=False)


def table(licences: dict[str, str]) -> str:
    """Return the packages as a markdown table."""
    rows = [f"| {name} | {licence} |" for name, licence in licences.items()]
    return "\n".join(["| package | licence |", "|---|---|", *rows])


def page() -> str:
    """Return the page as it should be."""
    served = {name: licence_of(name) for name in locked("serve.txt")}
    postgresql = {name: licence_of(name) for name in FOR_POSTGRESQL}
    taught = {name: licence_of(name) for name in locked("core.txt") if name not in served}
    return TEXT.format(
        summary=summary(served, postgresql, taught),
        service=table(served),
        postgresql=table(postgresql),
        course=table(taught),
    )


def differences(now: str, then: str) -> list[str]:
    """Return in words what a page lists otherwise than it should."""
    if not then:
        return ["there is no such page"]
    wanted, listed = (dict(ROW.findall(text)) for text in (now, then))
    words = [f"{name} is missing" for name in wanted if name not in listed]
    words += [f"{name} is no longer locked" for name in listed if name not in wanted]
    words += [
        f"{name} is under {wanted[name]}, and not {listed[name]}"
        for name in wanted
        if name in listed and wanted[name] != listed[name]
    ]
    return words or ["its text is not what the script writes"]


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    try:
        now = page()
    except LicenceError as error:
        print(error, file=sys.stderr)
        return 1
    if not check:
        PAGE.write_text(now, encoding="utf-8")
        return 0
    then = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if now != then:
        words = "; ".join(differences(now, then))
        print(
            f"{PAGE.relative_to(ROOT)}: {words}. Run: python requirements/licences.py",
            file=sys.stderr,
        )
    return int(now != then)


if __name__ == "__main__":
    sys.exit(main())
