"""Which column is treated how, and whether a configuration speaks of columns that there are."""

from regression_model.pipeline.config import ConfigError, TrainingConfig
from regression_model.pipeline.missing import indicator_names
from regression_model.schema import FeatureSchema


def column_groups(config: TrainingConfig, schema: FeatureSchema) -> dict[str, list[str]]:
    """Say which column is treated how.

    Parameters
    ----------
    config : TrainingConfig
    schema : FeatureSchema

    Returns
    -------
    dict of str to list of str
        "sizes" and "amounts" are numbers, "ordered" and "unordered" are codes: each column is in
        one of these. "plain" names sizes again, which also count as they are; "empty" columns say
        whether a cell was.

    Raises
    ------
    ConfigError
        If the configuration speaks of a column that the schema does not have.
    """
    features = config.features
    numbers = [*schema.numbers, *features.totals]
    _check(config, schema)
    return {
        "sizes": list(features.logarithms),
        "plain": list(features.plain),
        "amounts": [name for name in numbers if name not in features.logarithms],
        "ordered": list(features.ordered),
        "unordered": [name for name in schema.categories if name not in features.ordered],
        "empty": indicator_names(features.indicators),
    }


def _check(config: TrainingConfig, schema: FeatureSchema) -> None:
    features, elapsed = config.features, config.features.elapsed
    years = elapsed.columns if elapsed else []
    reference = [elapsed.reference] if elapsed else []
    taken = [name for name in features.totals if name in schema]
    # years before the sale may be negative, and then have no logarithm
    sizes = [name for name in schema.numbers if name not in years] + [*features.totals]
    number, code = "a number of the schema", "a category of the schema"
    for key, columns, known, what in (
        *(
            (f"totals.{name}", parts, schema.numbers, number)
            for name, parts in features.totals.items()
        ),
        ("totals", taken, (), "free for a new column"),
        ("elapsed", years, schema.numbers, number),
        ("elapsed.reference", reference, schema.numbers, number),
        ("logarithms", features.logarithms, sizes, "a size or a total"),
        ("plain", features.plain, features.logarithms, "in features.logarithms"),
        ("ordered", features.ordered, schema.categories, code),
        ("indicators", features.indicators, schema.names, "a feature of the schema"),
    ):
        strange = [column for column in columns if column not in known]
        if strange:
            raise ConfigError(f"features.{key}: {', '.join(strange)} is not {what}")
