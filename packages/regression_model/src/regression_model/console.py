"""What the command shows: tables and JSON on standard output, progress on standard error."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from textwrap import indent
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from regression_model.differential import Comparison

MOST_ROWS = 10  # of a comparison, no more are shown


@contextmanager
def spinner(title: str, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show what is going on.

    Parameters
    ----------
    title : str
    quiet : bool
        Show nothing.

    Yields
    ------
    callable
        Takes the name of the step that begins.
    """
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with _progress(*columns, quiet=quiet) as progress:
        task = progress.add_task(title, total=None)
        yield lambda step: progress.update(task, description=f"{title}: {step}")


@contextmanager
def progress_bar(
    title: str, *, total: int | None, quiet: bool = False
) -> Iterator[Callable[[int], None]]:
    """Show how many rows are done.

    Parameters
    ----------
    title : str
    total : int or None
        Number of rows; None if nobody knows.
    quiet : bool
        Show nothing.

    Yields
    ------
    callable
        Takes a number of rows, and adds them to those done.
    """
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with _progress(*columns, quiet=quiet) as progress:
        task = progress.add_task(title, total=total)
        yield lambda rows: progress.advance(task, rows)


def _progress(*columns: ProgressColumn, quiet: bool) -> Progress:
    # standard output is for results: it may be piped into a file or another program
    console = Console(stderr=True)
    return Progress(
        *columns, console=console, transient=True, disable=quiet or not console.is_terminal
    )


def print_json(data: Any) -> None:
    """Print one line of JSON.

    Parameters
    ----------
    data : object
        What JSON can say.

    Raises
    ------
    ValueError
        If a number is not finite.
    """
    print(json.dumps(data, allow_nan=False))


def print_table(title: str, values: dict[str, Any]) -> None:
    """Print names and values.

    Parameters
    ----------
    title : str
    values : dict of str to object
        A dict inside is indented.
    """
    table = Table(title=title, show_header=False, title_justify="left")
    for name, value in values.items():
        table.add_row(name, _in_words(value))
    Console().print(table)


def print_evaluation(result: dict[str, Any]) -> None:
    """Print the figures of a model beside those of the mean.

    Parameters
    ----------
    result : dict
        As `regression_model.evaluation.evaluate` gives it.
    """
    table = Table("", "model", "mean of the sales")
    for name in ("rows", "rmse", "rmse_log", "r2"):
        baseline = result["baseline"].get(name, "")
        table.add_row(name, _in_words(result[name]), _in_words(baseline))
    Console().print(table)


def print_comparison(found: Comparison) -> None:
    """Print what `compare` found, and the rows that differ most, numbered from 1.

    Parameters
    ----------
    found : Comparison
    """
    beyond = f"{found.beyond} of {found.compared} prices ({found.share_beyond:.2%})"
    facts = {
        "old": found.old_version,
        "new": found.new_version,
        "rows": f"{found.rows}, of which both priced {found.compared}",
        f"beyond {found.tolerance:.4%}": beyond,
        "largest difference": f"{found.largest:.4%}",
    }
    for told, rows in (("old", found.only_old), ("new", found.only_new)):
        if rows:
            shown = ", ".join(str(row + 1) for row in rows[:MOST_ROWS])
            more = f" and {len(rows) - MOST_ROWS} more" if len(rows) > MOST_ROWS else ""
            facts[f"only {told} prices rows"] = shown + more
    slices = {str(name): f"{mean:+.4%}" for name, mean in found.slices.items()}
    print_table("Old model and new", facts | ({"slices off on average": slices} if slices else {}))
    differing = [
        (row, difference)
        for row, difference in enumerate(found.differences)
        if difference is not None and abs(difference) > found.tolerance
    ]
    if differing:
        table = Table("row", "new price beside the old")
        for row, difference in sorted(differing, key=lambda each: -abs(each[1]))[:MOST_ROWS]:
            table.add_row(str(row + 1), f"{difference:+.4%}")
        Console().print(table)


def _in_words(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 100 else f"{value:,.0f}"
    if isinstance(value, dict):
        return "\n".join(_entry(name, each) for name, each in value.items())
    return str(value)


def _entry(name: str, value: Any) -> str:
    words = _in_words(value)
    return f"{name}:\n{indent(words, '  ')}" if isinstance(value, dict) else f"{name}: {words}"
