"""Which columns a table has, beside those that the schema knows: twice, absent, nearly right."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from regression_model.schema.feature import FeatureSchema

MOST_NAMES = 20  # a sentence names no more columns than this


class DataError(ValueError):
    """A table cannot be used; the text says why and what to do."""


def check_columns(
    names: Sequence[str],
    schema: FeatureSchema,
    *,
    source: str = "The table",
    needed: Sequence[str] = (),
) -> None:
    """Make sure that no known column is there twice, and that none of those needed is absent.

    Parameters
    ----------
    names : sequence of str
        Columns of the table; others than the schema's are nobody's business here.
    schema : FeatureSchema
    source : str
        What to call the table in a message.
    needed : sequence of str
        Columns that must be there.

    Raises
    ------
    DataError
        Naming the columns, and for each that is absent the one that may be meant.
    """
    known = {*schema.names, *schema.carried}
    twice = [name for name, count in Counter(names).items() if count > 1 and name in known]
    if twice:
        raise DataError(f"{source} has more than one column {', '.join(twice)}: keep one of each.")
    absent = [name for name in needed if name not in names]
    if absent:
        others = [name for name in names if name not in known]
        told = [_with_near_miss(name, others, "is it {}?") for name in absent]
        raise DataError(f"{source} has no column {', '.join(told)}.")


def column_remarks(
    names: Sequence[str], schema: FeatureSchema, *, source: str = "The table"
) -> list[str]:
    """Say which columns the schema does not know, and which of its own are absent.

    Parameters
    ----------
    names : sequence of str
        Columns of the table.
    schema : FeatureSchema
    source : str
        What to call the table.

    Returns
    -------
    list of str
        At most two sentences; none when all is as it should be.
    """
    absent = [name for name in schema.names if name not in names]
    unknown = [name for name in names if name not in schema and name not in schema.carried]
    remarks = []
    if unknown:
        told = ", ".join(_with_near_miss(name, absent, "did you mean {}?") for name in unknown)
        remarks.append(f"{source}: these columns are not known and are ignored: {told}.")
    if absent:
        more = f" and {len(absent) - MOST_NAMES} more" if len(absent) > MOST_NAMES else ""
        told = ", ".join(absent[:MOST_NAMES]) + more
        remarks.append(f"{source}: these columns are absent, and count as missing: {told}.")
    return remarks


def _with_near_miss(name: str, others: Iterable[str], question: str) -> str:
    spelt = {_plain(other): other for other in others}
    close = get_close_matches(_plain(name), spelt, n=1, cutoff=0.8)
    return f"{name} ({question.format(spelt[close[0]])})" if close else str(name)


def _plain(name: object) -> str:
    return re.sub("[^a-z0-9]", "", str(name).lower())
