"""The `ml-api` command: serve, list the settings, make an API key, say who was told what."""

from __future__ import annotations

import argparse
import os
import sys
import traceback

from regression_model import ModelError

from ml_api.app import create_app
from ml_api.auth.api_keys import KeyFileError, new_key
from ml_api.server import serve
from ml_api.service import service_of
from ml_api.settings import Settings, SettingsError, describe, read_environ
from ml_api.storage.audit import print_records, read_moment
from ml_api.storage.database import StoreError
from ml_api.version import __version__


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : list of str, optional
        Those of the command line by default.

    Returns
    -------
    int
        Exit status: 0 when all went well, 2 when something must be set right first.
    """
    chosen = _parser().parse_args(arguments)
    if chosen.production:
        os.environ["ML_API_MODE"] = "production"
    try:
        if chosen.command == "audit":
            names = ("client", "request_id", "since", "until")
            wanted = {name: getattr(chosen, name) for name in names}
            return print_records(read_environ(Settings).store, wanted)
        return make_key(chosen.name) if chosen.command == "key" else run_service()
    except (SettingsError, KeyFileError, StoreError) as error:
        return _complain(str(error))


def make_key(name: str) -> int:
    """Print a new API key, once, and the line that goes into the file of keys.

    Raises
    ------
    KeyFileError
        If the name cannot stand in the file.
    """
    key, line = new_key(name)
    print(f"key for {name}, shown only now: {key}")
    print(f"line for the file that ML_API_KEYS names: {line}")
    return 0


def run_service() -> int:
    """Check every setting and the model, then serve until told to stop.

    Raises
    ------
    SettingsError
        If a setting cannot be used.
    """
    settings = read_environ(Settings)
    if status := _try_out(settings):
        return status
    serve(settings)
    return 0


def _try_out(settings: Settings) -> int:
    """Make the application in a process of its own: 2 and a sentence when that fails.

    Left to the workers, each would report the same fault; and what a model runs on does not survive
    the fork that makes them.
    """
    child = os.fork()
    if not child:
        status = 2
        try:
            service_of(create_app(settings)).store.close()
            status = 0
        except ModelError as error:
            _complain(f"ML_API_MODEL={settings.model}: {error}")
        except (KeyFileError, SettingsError, StoreError) as error:
            _complain(str(error))
        except Exception:  # pylint: disable=broad-exception-caught  # os._exit would hide it
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _complain(message: str) -> int:
    for line in message.splitlines():
        print(f"ml-api: {line}", file=sys.stderr, flush=True)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ml-api",
        description="Serve a trained model over HTTP.",
        epilog=f"settings, each an environment variable [default]:\n{describe()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"ml_api {__version__}")
    parser.add_argument(
        "--production", action="store_true", help="the same as ML_API_MODE=production"
    )
    commands = parser.add_subparsers(dest="command", metavar="{serve,key,audit}")
    commands.add_parser("serve", help="serve (what happens without a command)")
    key = commands.add_parser("key", help="make an API key")
    key.add_argument("name", help="whose key it is; shown in logs")
    audit = commands.add_parser("audit", help="say who was told what, one line of JSON each")
    audit.add_argument("--client", help="name of the API key")
    audit.add_argument("--request-id", help="as in the header X-Request-ID and in the log")
    audit.add_argument(
        "--since", type=read_moment, help="from this moment on, e.g. 2026-01-31T09:00"
    )
    audit.add_argument("--until", type=read_moment, help="before this moment; UTC, like the other")
    return parser


if __name__ == "__main__":
    sys.exit(main())
