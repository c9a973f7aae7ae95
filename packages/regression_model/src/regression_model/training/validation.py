"""Sales that nobody should learn from: set aside while they are few, a reason to stop if not."""

import numpy as np
import pandas as pd

from regression_model.data import DataError, check_sales, prices_of
from regression_model.data.sales import broken_rules, tell_broken
from regression_model.encoding import encode_table
from regression_model.training.run import Run

SET_ASIDE = "set_aside.csv"
FEWEST_ROWS = 20


def set_aside(sales: pd.DataFrame, run: Run) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part the sales that break a rule from those that can be learned from.

    Parameters
    ----------
    sales : DataFrame of shape (n_rows, n_columns)
        In any order; columns that the schema does not know are dropped.
    run : Run

    Returns
    -------
    kept : DataFrame
        Sales that keep the schema and have a price.
    broken : DataFrame
        One row for each broken rule: "row" (from 1), "field", "reason", and the sale.

    Raises
    ------
    DataError
        If more sales break a rule than the configuration allows, or a needed column is lacking.
    """
    rules = broken_rules(sales, run.schema)
    if len(rules) > run.config.max_set_aside * len(sales):
        raise DataError(
            f"The table: {tell_broken(rules, len(sales))} That is more than the share that "
            f"max_set_aside allows, {run.config.max_set_aside:g}: mend them, or allow more."
        )
    known = [name for name in sales if name in run.schema or name in run.schema.carried]
    sales = sales[known]
    told = [(row, field, reasons[0]) for row in rules for field, reasons in rules[row].items()]
    broken = sales.iloc[[row for row, *_ in told]].reset_index(drop=True)
    broken.insert(0, "row", [row + 1 for row, *_ in told])
    broken.insert(1, "field", [field for _, field, _ in told])
    broken.insert(2, "reason", [reason for *_, reason in told])
    kept = sales.iloc[[row for row in range(len(sales)) if row not in rules]]
    # a column that held a text among its numbers is one of numbers again
    return kept.infer_objects(), broken


def validate(sales: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Check that the sales can be learned from, and put them in an order of their own.

    Parameters
    ----------
    sales : DataFrame of shape (n_rows, n_columns)
    run : Run

    Returns
    -------
    DataFrame of shape (n_rows, n_columns)
        The same rows, in the same order however they arrived.

    Raises
    ------
    DataError
        If a sale breaks a rule of the schema or has no price, or there are too few of them.
    """
    check_sales(sales, schema=run.schema)
    if len(sales) < FEWEST_ROWS:
        raise DataError(f"{len(sales)} sales are too few to learn from: {FEWEST_ROWS} are needed.")
    matrix, _ = encode_table(sales, run.schema)
    # a database gives rows in any order; folds and random samples of them must not care
    order = np.lexsort([*matrix.T, prices_of(sales)])
    return sales.iloc[order].reset_index(drop=True)
