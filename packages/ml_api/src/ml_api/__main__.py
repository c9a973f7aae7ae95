"""The `ml-api` command: serve, list the settings, make an API key."""

from __future__ import annotations

import argparse
import os
import sys

from ml_api import __version__
from ml_api.keys import KeyFileError, new_key, read_keys
from ml_api.settings import Settings, SettingsError, describe


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Returns
    -------
    int
        Exit status: 0 when all went well, 2 when something must be set right first.
    """
    chosen = _parser().parse_args(arguments)
    try:
        return make_key(chosen.name) if chosen.command == "key" else run_service()
    except (SettingsError, KeyFileError) as error:
        return _complain(str(error))


def make_key(name: str) -> int:
    """Print a new API key, once, and the line that goes into the file of keys."""
    key, line = new_key(name)
    print(f"key for {name}, shown only now: {key}")
    print(f"line for the file that ML_API_KEYS names: {line}")
    return 0


def run_service() -> int:
    """Check every setting and the model, then serve until told to stop."""
    settings = Settings.from_environ()
    if settings.keys:
        read_keys(settings.keys)
    # the arithmetic is onnxruntime's; a pool of threads for NumPy would only take memory
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # not before the settings are known to be right: a typing error should be told at once
    from regression_model import ModelError  # pylint: disable=import-outside-toplevel

    from ml_api.server import serve  # pylint: disable=import-outside-toplevel

    try:
        serve(settings)
    except ModelError as error:
        return _complain(f"ML_API_MODEL={settings.model}: {error}")
    return 0


def _complain(message: str) -> int:
    for line in message.splitlines():
        print(f"ml-api: {line}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ml-api",
        description="Serve a trained model over HTTP.",
        epilog=f"settings, each an environment variable [default]:\n{describe()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"ml_api {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="{serve,key}")
    commands.add_parser("serve", help="serve (what happens without a command)")
    key = commands.add_parser("key", help="make an API key")
    key.add_argument("name", help="whose key it is; shown in logs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
