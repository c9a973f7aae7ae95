"""What an empty cell means, and what to put there: "it has none", or nobody wrote it down."""

from collections.abc import Sequence

from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer

from regression_model.schema import FeatureSchema

# the code of "the house has none": below the worst, and below -1, which is a code unheard of
NONE = -2.0


def fill_missing(schema: FeatureSchema, indicators: Sequence[str] = ()) -> ColumnTransformer:
    """Fill what is missing: by the schema, it means "none", or nobody wrote it down.

    Parameters
    ----------
    schema : FeatureSchema
    indicators : sequence of str
        Features for which a further column says whether the cell was empty.

    Returns
    -------
    ColumnTransformer
        Not fitted. "None" gets a code of its own; a code not written down becomes the most
        frequent one, a number the median. A column that is empty in training does no harm.
        Further columns are those of `indicator_names`, 1 where the cell was empty.

    Examples
    --------
    >>> import pandas as pd
    >>> from regression_model.schema import Feature
    >>> quality = Feature("GarageQual", "category", "...", categories=("Po", "TA"), missing="none")
    >>> encoded = pd.DataFrame({"GarageQual": [1.0, None]})
    >>> fill_missing(FeatureSchema((quality,))).fit_transform(encoded)["GarageQual"].tolist()
    [1.0, -2.0]
    """
    from sklearn.compose import make_column_transformer

    none = [name for name in schema.categories if schema[name].missing == "none"]
    marks = MissingIndicator(features="all")
    return make_column_transformer(
        (imputer("median"), list(schema.numbers)),
        *([(marks, list(indicators))] if indicators else []),
        (imputer("most_frequent"), [name for name in schema.categories if name not in none]),
        (SimpleImputer(strategy="constant", fill_value=NONE, keep_empty_features=True), none),
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")


def imputer(strategy: str, **options) -> SimpleImputer:
    """Return an imputer that gives a column out even where training saw no value of it.

    Parameters
    ----------
    strategy : {"constant", "most_frequent", "median"}
    **options
        Of `SimpleImputer`, such as `fill_value`.

    Returns
    -------
    SimpleImputer
        Not fitted.
    """
    return SimpleImputer(strategy=strategy, keep_empty_features=True, **options)


def indicator_names(indicators: Sequence[str]) -> list[str]:
    """Return the names of the columns that say whether a cell was empty.

    Parameters
    ----------
    indicators : sequence of str
        Names of features.

    Returns
    -------
    list of str
        As scikit-learn's `MissingIndicator` makes them.
    """
    return [f"missingindicator_{name}" for name in indicators]
