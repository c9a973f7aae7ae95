"""Say where a lock is old, and where it lacks a wheel that check_python.py promises.

`make lock` ends with it. Dates come from the index that uv is told to use, where it gives them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename
from packaging.utils import parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

HERE = Path(__file__).resolve().parent
UV = Path(sys.executable).with_name("uv")
JSON = "application/vnd.pypi.simple.v1+json"
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[.*?\])?==(\S+)", re.M)
PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28", "aarch64-apple-darwin")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def named(lock: str, folder: Path = HERE) -> dict[str, Version]:
    """Return the packages that `lock`.in names, and the newest version of each in `lock`.txt."""
    names = re.findall(r"^[a-z0-9][a-z0-9._-]*", (folder / f"{lock}.in").read_text("utf-8"), re.M)
    pins = PIN.findall((folder / f"{lock}.txt").read_text("utf-8"))
    return {name: max(Version(pin) for pinned, pin in pins if pinned == name) for name in names}


def indexes() -> list[str]:
    """Return the addresses of the indexes that uv would ask."""
    command = [UV, "pip", "compile", "--quiet", "--no-header", "--emit-index-url", "-"]
    said = subprocess.run(command, input="", capture_output=True, text=True, check=True).stdout
    return re.findall(r"^--(?:extra-)?index-url (\S+)", said, re.M)


def _version(filename: str) -> Version | None:
    parse = parse_wheel_filename if filename.endswith(".whl") else parse_sdist_filename
    try:
        return parse(filename)[1]
    except (InvalidSdistFilename, InvalidWheelFilename, InvalidVersion):
        return None


def released(name: str, addresses: list[str]) -> dict[Version, datetime]:
    """Return when each release of a package came out, without those that were withdrawn."""
    dates: dict[Version, datetime] = {}
    for address in addresses:
        try:
            request = Request(f"{address.rstrip('/')}/{name}/", headers={"Accept": JSON})
            with urlopen(request, timeout=30) as answer:
                files = json.load(answer)["files"]
        except (URLError, ValueError):  # none of its packages, or an index without JSON
            continue
        for each in files:
            version = _version(each["filename"])
            if version and each.get("upload-time") and not each.get("yanked"):
                came = datetime.fromisoformat(each["upload-time"])
                dates[version] = min(came, dates.get(version, came))
    return dates


def old(packages: dict[str, Version], addresses: list[str]) -> Iterator[str]:
    """Say which packages are more than a year older than their newest release."""
    for name, version in packages.items():
        dates = released(name, addresses)
        newest = max((each for each in dates if not each.is_prerelease), default=None)
        if newest is None or version not in dates:
            yield f"{name}: no index tells when {version} came out"
        elif dates[newest] - dates[version] > timedelta(days=365):
            yield (
                f"{name}: {version} of {dates[version]:%Y-%m} is locked, "
                f"more than a year older than {newest} of {dates[newest]:%Y-%m}"
            )


def without_wheels(lock: Path) -> Iterator[str]:
    """Say for which promised Pythons and systems a package of the lock has no wheel."""
    pins = re.sub(r" \\\n|\s+--hash=\S+", "", lock.read_text("utf-8"))
    options = ["--quiet", "--no-deps", "--only-binary=:all:"]
    for platform in PLATFORMS:
        for python in PYTHONS:
            where = [f"--python-platform={platform}", f"--python-version={python}"]
            ended = subprocess.run(
                [UV, "pip", "compile", *options, *where, "-"],
                input=pins,
                env=os.environ | {"MACOSX_DEPLOYMENT_TARGET": "14.0"},
                capture_output=True,
                text=True,
                check=False,
            )
            if ended.returncode:
                yield f"{lock.name} for Python {python} on {platform}: {ended.stderr.strip()}"


def main() -> None:
    """Print what there is to say."""
    addresses = indexes()
    packages = named("peers") | named("ops") | named("core")
    for line in (*old(packages, addresses), *without_wheels(HERE / "core.txt")):
        print(line)


if __name__ == "__main__":
    main()
