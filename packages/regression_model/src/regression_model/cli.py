"""The `regression-model` command.

Each command imports what it needs of the training half when it runs, so that `--help` does not
wait for scikit-learn.
"""

# pylint: disable=import-outside-toplevel,too-many-locals  # see above: imports count as locals

import math
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from regression_model import differential
from regression_model.artefact import Model, ModelError, load_model
from regression_model.console import (
    progress_bar,
    print_comparison,
    print_evaluation,
    print_json,
    print_table,
    spinner,
)
from regression_model.schema import HOUSES, FeatureSchema, column_remarks
from regression_model.version import __version__


class _Commands(TyperGroup):
    """Turns what is the user's to mend into one sentence and exit code 1."""

    def invoke(self, ctx: typer.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ModelError, ValueError) as error:
            told = str(error)
        except OSError as error:
            told = f"{error.filename or 'A file'}: {error.strerror or error}."
        typer.secho(told, fg="red", err=True)
        raise typer.Exit(1)


app = typer.Typer(
    cls=_Commands,
    help="Train a house-price model, measure it, and price houses with it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


DataFile = Annotated[
    Path | None, typer.Option("--data", help="Sales as .csv or .parquet, with the Ames columns.")
]
ModelDirectory = Annotated[Path, typer.Option("--model", help="Directory of the model.")]
Source = Annotated[
    Literal["simulated", "openml"], typer.Option("--source", help="Sales to use without --data.")
]
SimulatedRows = Annotated[
    int, typer.Option("--rows", min=1, help="Size of the simulated table, without --data.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of everything random.")]
ConfigName = Annotated[
    str, typer.Option("--config", help="default, champion, selected, or a YAML file.")
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
    source: Source = "simulated",
    rows: SimulatedRows = 2000,
    as_json: AsJson = False,
) -> None:
    """Train a model and write it to a directory.

    Without --data, on the simulated table. Training twice on the same gives the same predictions.
    Sales that break a rule are set aside, into set_aside.csv in the model's directory; with more of
    them than the configuration allows (5 %), training stops.
    \f
    Parameters
    ----------
    data, model, config, seed, source, rows, as_json
        The options of the command; their help says what each is.

    Raises
    ------
    DataError, ConfigError, ExportError, ModelError
        As `regression_model.training.train` and `regression_model.data.load_sales` do.
    """
    from regression_model import training
    from regression_model.data import load_sales
    from regression_model.pipeline import load_config

    choices = load_config(config)
    with spinner("Training", quiet=as_json) as step:
        step("ingest")
        sales = load_sales(data, source=source, rows=rows, seed=seed)
        _tell_columns(HOUSES, data)
        made = training.train(sales, choices, directory=model, seed=seed, progress=step)
    aside = made.metrics["set_aside"]
    if aside:
        _tell(f"{aside} of {len(sales)} rows set aside: {model / 'set_aside.csv'}")
    manifest = load_model(model).metadata()
    summary = {name: manifest[name] for name in ("model_version", "rows", "metrics")}
    if as_json:
        print_json(summary)
    else:
        print_table(f"Trained, in {model}", summary)


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
    source: Source = "simulated",
    rows: SimulatedRows = 2000,
    as_json: AsJson = False,
) -> None:
    """Measure a model on sales, beside a model that always says the mean.

    With --cv, train and measure a configuration on folds of the sales; no model is needed.
    \f
    Parameters
    ----------
    data, model, cv, config, seed, source, rows, as_json
        The options of the command; their help says what each is.

    Raises
    ------
    DataError, ConfigError, ModelError
        If the sales, the configuration or the model cannot be used.
    """
    from regression_model import evaluation
    from regression_model.data import load_sales
    from regression_model.pipeline import load_config

    # the model first: without one there is no need to read the sales
    loaded = None if cv else load_model(model)
    schema = loaded.schema if loaded else HOUSES
    sales = load_sales(data, source=source, rows=rows, seed=seed, schema=schema)
    _tell_columns(schema, data)
    if cv:
        with spinner(f"Cross-validating, {cv} folds", quiet=as_json) as step:
            result = evaluation.cross_validate(
                sales, load_config(config), folds=cv, seed=seed, progress=step
            )
    else:
        result = evaluation.evaluate(loaded, sales)
    if as_json:
        print_json(result)
    else:
        print_evaluation(result)


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
    \f
    Parameters
    ----------
    data, out, model, scheduler, workers, as_json
        The options of the command; their help says what each is.

    Raises
    ------
    DataError, ModelError
        If the houses or the model cannot be used, or the destination is taken.
    ValueError
        If there are workers without a local scheduler.
    """
    if workers and scheduler != "local":
        raise ValueError("--workers goes with --scheduler local.")
    loaded = load_model(model)
    if scheduler:
        from regression_model.scale import cut, score_dataset

        pieces = cut(data, loaded.schema)
        _tell_columns(loaded.schema, *(piece.path for piece in pieces))
        total = sum(piece.rows for piece in pieces)
        with progress_bar("Pricing", total=total, quiet=as_json) as advance:
            scored = score_dataset(
                model, data, out, scheduler=scheduler, workers=workers, progress=advance
            )
    else:
        from regression_model.scale import count_rows, score_file

        with progress_bar("Pricing", total=count_rows(data), quiet=as_json) as advance:
            scored = score_file(loaded, data, out, progress=advance)
        _tell_columns(loaded.schema, data)
    if as_json:
        print_json({"rows": scored.rows, "refused": scored.refused, "version": loaded.version})
    else:
        priced = scored.rows - scored.refused
        typer.echo(f"{priced} of {scored.rows} rows priced, {scored.refused} refused: {out}")


@app.command()
def capture(
    data: Annotated[Path, typer.Option("--data", help="Houses as .csv or .parquet.")],
    out: Annotated[Path, typer.Option("--out", help="File to write, .json.")],
    model: ModelDirectory = Path("model"),
) -> None:
    """Keep in a file what a model says of some houses, for `compare` to read later.

    \f
    Parameters
    ----------
    data, out, model
        The options of the command; their help says what each is.

    Raises
    ------
    DataError, ModelError
        If the houses or the model cannot be used.
    """
    loaded = load_model(model)
    taken = differential.take_capture(loaded, _houses(data, loaded), differential.hash_file(data))
    taken.write(out)
    typer.echo(f"{len(taken.prices)} prices of {taken.model_version} written to {out}.")


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(help="Directory of the old model, or a capture.")],
    new: Annotated[Path, typer.Argument(help="Directory of the new model, or a capture.")],
    data: Annotated[Path | None, typer.Option("--data", help="Houses as .csv or .parquet.")] = None,
    *,
    tolerance: Annotated[
        float, typer.Option(min=0, help="Share of the old price by which the new one may differ.")
    ] = 0.01,
    share: Annotated[
        float, typer.Option(min=0, help="Share of the prices that may differ by more.")
    ] = 0.0,
    by: Annotated[str | None, typer.Option(help="Column whose values are slices.")] = None,
    slice_mean: Annotated[
        float, typer.Option(min=0, help="By how much a slice may differ on average.")
    ] = 0.01,
    as_json: AsJson = False,
) -> None:
    """Say where two models, or captures of what they said, differ on the same houses.

    Exit code 1 if more prices differ than the policy allows, only one model prices a house, neither
    prices any, or a capture is of other houses.
    \f
    Parameters
    ----------
    old, new, data, tolerance, share, by, slice_mean, as_json
        The options of the command; their help says what each is.

    Raises
    ------
    DataError, ModelError
        If the houses or a model cannot be used.
    ValueError
        If houses are needed and not given, or a capture is none, or of other houses.
    typer.Exit
        With code 1 if they differ.
    """
    policy = differential.Policy(tolerance, share, slice_mean if by else math.inf)
    models = [None if each.is_file() else load_model(each) for each in (old, new)]
    if data is None and (by or any(models)):
        raise ValueError("Say by --data which houses: only two captures can do without.")
    houses = _houses(data, *filter(None, models)) if data else {}
    if by and by not in houses:
        raise ValueError(f"{data} has no column {by} that a model knows.")
    known_by = differential.hash_file(data) if data else None
    taken = []
    for path, model in zip((old, new), models):
        if model:
            taken.append(differential.take_capture(model, houses, known_by))
            continue
        taken.append(differential.read_capture(path))
        if known_by not in (None, taken[-1].houses):
            raise ValueError(f"{path} is of other houses than {data}: take the capture anew.")
    # a gap is a slice as well; NaN would be as many as there are rows
    slices = houses[by].astype(object).where(houses[by].notna(), None).tolist() if by else ()
    found = differential.compare_captures(*taken, policy, slices)
    if as_json:
        print_json(found.to_dict())
    else:
        print_comparison(found)
    if not found.agrees:
        raise typer.Exit(1)


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
    """Write a table of simulated sales.

    \f
    Parameters
    ----------
    out, rows, seed, drift, first_year, last_year
        The options of the command; their help says what each is.

    Raises
    ------
    DataError
        If the name of the file says no kind.
    ValueError
        If the years are out of order or of the limits of the schema.
    """
    from regression_model.scale import write_tables
    from regression_model.simulation import iter_sales

    dials = {"drift": drift, "first_year": first_year, "last_year": last_year}
    with progress_bar("Simulating", total=rows) as advance:
        write_tables(iter_sales(rows, seed=seed, **dials), out, progress=advance)
    typer.echo(f"{rows} sales written to {out}.")


@app.command()
def info(model: ModelDirectory = Path("model"), as_json: AsJson = False) -> None:
    """Say what a model is, where it comes from and how good it is.

    \f
    Parameters
    ----------
    model, as_json
        The options of the command; their help says what each is.

    Raises
    ------
    ModelError
        If there is no model that can be used.
    """
    manifest = load_model(model).metadata()
    if as_json:
        print_json(manifest)
    else:
        features = len(manifest.pop("schema")["features"])
        print_table(f"The model in {model}", manifest | {"features": features})


def _houses(data: Path, *models: Model) -> Any:
    """Read the houses of a file for one model or two: of their columns, what all of them need."""
    from regression_model.data import read_table

    features = {feature.name: feature for model in models for feature in model.schema}
    schema = FeatureSchema(tuple(features.values())) if models else HOUSES
    needed = [name for name in schema.names if all(name in each.schema.required for each in models)]
    houses = read_table(data, schema, needed=needed if models else [])
    _tell_columns(schema, data)
    return houses


def _tell_columns(schema: FeatureSchema, *files: Path | None) -> None:
    """Say on standard error which columns of files are not known, and which are absent."""
    from regression_model.data.files import read_columns

    # files with the same columns need one remark
    alike = {tuple(read_columns(file)): file for file in reversed(files) if file}
    for names, file in alike.items():
        for remark in column_remarks(names, schema, source=str(file)):
            _tell(remark)


def _tell(remark: str) -> None:
    typer.secho(remark, fg="yellow", err=True)
