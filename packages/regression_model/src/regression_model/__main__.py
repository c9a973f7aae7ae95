"""Entry point of the `regression-model` command and of `python -m regression_model`."""

import sys

NEEDS_TRAINING_HALF = (
    "This command needs the training half of the package, and {name} is not installed.\n"
    'Install it with: pip install "regression_model[train]"'
)


def main() -> None:
    """Run the command, or say what to install."""
    for stream in (sys.stdout, sys.stderr):
        # a terminal or pipe that knows only ASCII shows "?" rather than a traceback
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        # here rather than above, so that a missing library ends in a sentence
        from regression_model.cli import app  # pylint: disable=import-outside-toplevel

        app()
    except ModuleNotFoundError as error:
        sys.exit(NEEDS_TRAINING_HALF.format(name=error.name))


if __name__ == "__main__":
    main()
