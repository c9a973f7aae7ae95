"""Say where packages come from: pip's settings, for pip itself and in uv's words.

    eval "$(.venv/bin/python requirements/pip_settings.py)"

uv does not read pip's settings, and on many a machine only they name the mirror. What else the
environment can tell pip and uv, where to install above all, is unset: that is the course's to say.
"""

from __future__ import annotations

import ast
import os
import shlex
import subprocess
import sys

# pip's name, and uv's for the same
SOURCES = {
    "index-url": "UV_INDEX_URL",
    "extra-index-url": "UV_EXTRA_INDEX_URL",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "no-index": "UV_NO_INDEX",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "keyring-provider": "UV_KEYRING_PROVIDER",
}
# of uv's own, what says where from or is a matter of the machine
UV_KEEPS = {
    *SOURCES.values(),
    "UV_CACHE_DIR",
    "UV_CONFIG_FILE",
    "UV_CONCURRENT_DOWNLOADS",
    "UV_DEFAULT_INDEX",
    "UV_HTTP_RETRIES",
    "UV_INDEX",
    "UV_INDEX_STRATEGY",
    "UV_LINK_MODE",
    "UV_NATIVE_TLS",
    "UV_NO_CACHE",
    "UV_NO_CONFIG",
    "UV_OFFLINE",
    "UV_SYSTEM_CERTS",
}


def pip_settings() -> dict[str, str]:
    """Return what pip is told by its files and the environment, by pip's long names."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section in found and value:
            found[section][name] = " ".join(str(ast.literal_eval(value)).split())
    # as pip does: its environment before the command's section, and that before the general one
    merged = found["global"] | found["install"] | found[":env:"]
    if "default-timeout" in merged:
        merged.setdefault("timeout", merged["default-timeout"])
    return {name: value for name, value in merged.items() if value}


def environment() -> dict[str, str | None]:
    """Return what to set in the environment, and as None what to unset."""
    told = {name: value for name, value in pip_settings().items() if name in SOURCES}
    kept = {name: value for name, value in os.environ.items() if name in UV_KEEPS and value}
    changes: dict[str, str | None] = {
        name: None
        for name in os.environ
        if name.startswith("PIP_") or name.startswith("UV_") and name not in UV_KEEPS
    }
    mirror = kept.get("UV_DEFAULT_INDEX") or kept.get("UV_INDEX_URL")
    if mirror:
        told = {"index-url": mirror} | told
    for name, value in told.items():
        changes[f"PIP_{name.upper().replace('-', '_')}"] = value
    changes["PIP_CONFIG_FILE"] = os.devnull
    if told.pop("no-index", "no").lower() in {"1", "on", "true", "yes"}:
        changes["UV_OFFLINE"] = "1"
    if "find-links" in told:
        # uv parts them by commas, and stops at a folder that is not there
        links = told.pop("find-links").split()
        if links := [each for each in links if "://" in each or os.path.exists(each)]:
            told["find-links"] = ",".join(links)
    if "extra-index-url" in told:
        changes["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # as pip: the indexes are equals
    changes |= {SOURCES[name]: value for name, value in told.items()}
    return changes | kept


def main() -> None:
    """Print the changes as a shell reads them."""
    for name, value in environment().items():
        print(f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}")


if __name__ == "__main__":
    main()
