"""The `regression-model` command.

Each command imports what it needs when it runs, so that `--help` does not wait for scikit-learn.
"""

# pylint: disable=import-outside-toplevel  # see above

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from textwrap import indent
from typing import Annotated, Any

import typer
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

from regression_model.version import __version__

app = typer.Typer(
    help="Train a house-price model, measure it, and price houses with it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Source(StrEnum):
    """Where sales come from when no file is given."""

    SIMULATED = "simulated"
    OPENML = "openml"


DataFile = Annotated[
    Path | None, typer.Option("--data", help="Sales as .csv or .parquet, with the Ames columns.")
]
ModelDirectory = Annotated[Path, typer.Option("--model", help="Directory of the model.")]
SourceName = Annotated[Source, typer.Option("--source", help="Sales to use without --data.")]
SimulatedRows = Annotated[
    int, typer.Option("--rows", min=1, help="Size of the simulated table, without --data.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of everything random.")]
ConfigName = Annotated[
    str, typer.Option("--config", help="default, champion, or a YAML file of your own.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for a machine.")]


@app.callback(invoke_without_command=True)
def _main(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def train(
    *,
    data: DataFile = None,
    model: ModelDirectory = Path("model"),
    config: ConfigName = "default",
    seed: Seed = 0,
    source: SourceName = Source.SIMULATED,
    rows: SimulatedRows = 2000,
    as_json: AsJson = False,
) -> None:
    """Train a model and write it to a directory.

    Without --data, on the simulated table. Training twice on the same gives the same predictions.
    """
    with _telling_errors():
        from regression_model import training
        from regression_model.config import load_config
        from regression_model.sources import load_sales

        choices = load_config(config)
        with _spinner("Training", quiet=as_json) as step:
            step("Reading sales")
            sales = load_sales(data, source=source.value, rows=rows, seed=seed)
            training.train(sales, choices, directory=model, seed=seed, progress=step)
        manifest = _load(model).metadata()
        summary = {name: manifest[name] for name in ("model_version", "rows", "metrics")}
        if as_json:
            _print_json(summary)
        else:
            _print_table(f"Trained, in {model}", summary)


@app.command()
def evaluate(
    *,
    data: DataFile = None,
    model: ModelDirectory = Path("model"),
    cv: Annotated[
        int | None,
        typer.Option("--cv", min=2, help="Cross-validate --config with so many folds instead."),
    ] = None,
    config: ConfigName = "default",
    seed: Seed = 0,
    source: SourceName = Source.SIMULATED,
    rows: SimulatedRows = 2000,
    as_json: AsJson = False,
) -> None:
    """Measure a model on sales, beside a model that always says the mean.

    With --cv, train and measure a configuration on folds of the sales; no model is needed.
    """
    with _telling_errors():
        from regression_model import evaluation
        from regression_model.config import load_config
        from regression_model.sources import load_sales

        # the model first: without one there is no need to read the sales
        loaded = None if cv else _load(model)
        sales = load_sales(data, source=source.value, rows=rows, seed=seed)
        if cv:
            with _spinner(f"Cross-validating, {cv} folds", quiet=as_json) as step:
                result = evaluation.cross_validate(
                    sales, load_config(config), folds=cv, seed=seed, progress=step
                )
        else:
            result = evaluation.evaluate(loaded, sales)
        if as_json:
            _print_json(result)
        else:
            _print_evaluation(result)


@app.command()
def predict(
    data: Annotated[Path, typer.Option("--data", help="Houses as .csv or .parquet, any size.")],
    out: Annotated[str, typer.Option("--out", help="File to write, .csv or .parquet.")],
    *,
    model: ModelDirectory = Path("model"),
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="Price on Dask: local, or the address of a scheduler. Then --data may be a folder "
            "of Parquet files, and --out is a folder or the URL of a database."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes of --scheduler local; one per core.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Price the houses of a file, chunk by chunk, or of a dataset on many processes.

    A row that breaks a rule gets no price, and its reasons in the column errors.
    """
    with _telling_errors():
        if workers and scheduler != "local":
            raise ValueError("--workers goes with --scheduler local.")
        loaded = _load(model)
        if scheduler:
            from regression_model.cluster import cut, score_dataset

            with _bar(
                "Pricing", total=sum(piece.rows for piece in cut(data)), quiet=as_json
            ) as advance:
                scored = score_dataset(
                    model, data, out, scheduler=scheduler, workers=workers, progress=advance
                )
        else:
            from regression_model.scoring import count_rows, score_file

            with _bar("Pricing", total=count_rows(data), quiet=as_json) as advance:
                scored = score_file(loaded, data, out, progress=advance)
        if as_json:
            _print_json({"rows": scored.rows, "refused": scored.refused, "version": loaded.version})
        else:
            priced = scored.rows - scored.refused
            typer.echo(f"{priced} of {scored.rows} rows priced, {scored.refused} refused: {out}")


@app.command()
def simulate(
    out: Annotated[Path, typer.Option("--out", help="File to write, .csv or .parquet.")],
    rows: Annotated[int, typer.Option(min=1, max=10_000_000, help="Number of sales.")] = 2000,
    seed: Seed = 0,
    drift: Annotated[
        float,
        typer.Option(
            min=-10, max=10, help="How far houses and prices have moved on: 1 is five years."
        ),
    ] = 0.0,
    first_year: Annotated[int, typer.Option(help="First year of sale.")] = 2006,
    last_year: Annotated[int, typer.Option(help="Last year of sale.")] = 2010,
) -> None:
    """Write a table of simulated sales."""
    with _telling_errors():
        from regression_model.simulation import iter_sales
        from regression_model.writing import write_tables

        dials = {"drift": drift, "first_year": first_year, "last_year": last_year}
        with _bar("Simulating", total=rows) as advance:
            write_tables(iter_sales(rows, seed=seed, **dials), out, progress=advance)
        typer.echo(f"{rows} sales written to {out}.")


@app.command()
def info(model: ModelDirectory = Path("model"), as_json: AsJson = False) -> None:
    """Say what a model is, where it comes from and how good it is."""
    with _telling_errors():
        manifest = _load(model).metadata()
        if as_json:
            _print_json(manifest)
        else:
            features = len(manifest.pop("schema")["features"])
            _print_table(f"The model in {model}", manifest | {"features": features})


def _load(directory: Path) -> Any:
    from regression_model.artefact import load_model

    return load_model(directory)


@contextmanager
def _telling_errors() -> Iterator[None]:
    """Turn what is the user's to mend into one sentence and exit code 1."""
    from regression_model.artefact import ModelError
    from regression_model.config import ConfigError
    from regression_model.sources import DataError

    try:
        yield
    except (DataError, ModelError, ConfigError, ValueError) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename or 'A file'}: {error.strerror or error}.")


def _fail(message: str) -> None:
    typer.secho(message, fg="red", err=True)
    raise typer.Exit(1)


@contextmanager
def _spinner(title: str, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show what is going on; gives a function that names the step."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with _progress(*columns, quiet=quiet) as progress:
        task = progress.add_task(title, total=None)
        yield lambda step: progress.update(task, description=f"{title}: {step}")


@contextmanager
def _bar(title: str, *, total: int | None, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """Show how many rows are done; gives a function that adds rows."""
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


def _print_json(data: Any) -> None:
    typer.echo(json.dumps(data, allow_nan=False))


def _print_table(title: str, values: dict[str, Any]) -> None:
    table = Table(title=title, show_header=False, title_justify="left")
    for name, value in values.items():
        table.add_row(name, _in_words(value))
    Console().print(table)


def _print_evaluation(result: dict[str, Any]) -> None:
    table = Table("", "model", "mean of the sales")
    for name in ("rows", "rmse", "rmse_log", "r2"):
        baseline = result["baseline"].get(name, "")
        table.add_row(name, _in_words(result[name]), _in_words(baseline))
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
