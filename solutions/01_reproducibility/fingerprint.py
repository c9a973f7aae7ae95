"""Know a table again: one hash that changes when the data does, and only then."""

import hashlib
import json

import pandas as pd


def fingerprint(table: pd.DataFrame) -> str:
    """Hash what a table says, whatever the order it arrived in.

    A database returns rows in any order it likes, and a CSV file turns a column of whole numbers
    with one gap into decimals: neither is different data, so neither changes the fingerprint. A
    gap is not the text "NA", and 1 is neither the text "1" nor `True`: these are different data.

    Parameters
    ----------
    table : DataFrame of shape (n_rows, n_columns)

    Returns
    -------
    str
        SHA-256 as 64 hexadecimal digits.

    Examples
    --------
    >>> sales = pd.DataFrame({"Id": [1, 2], "SalePrice": [208500, 181500]})
    >>> fingerprint(sales) == fingerprint(sales.iloc[::-1])
    True
    """
    columns = sorted(table.columns)
    # one value for every kind of gap: None, which JSON writes as null
    cells = table[columns].astype(object).where(table[columns].notna(), None)
    # JSON: quotes tell text from the rest, and a line end inside a text is written as \n, so that
    # each row is one line and no two different rows are the same one
    rows = [
        json.dumps([_plain(cell) for cell in row], default=repr)
        for row in cells.itertuples(index=False, name=None)
    ]
    # sorted: the hash must not care for the order of rows
    text = "\n".join([json.dumps(columns), *sorted(rows)])
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(cell: object) -> object:
    """Return 65 for 65.0, and every other value as it is."""
    if hasattr(cell, "item"):  # a number of NumPy's, which JSON does not know
        cell = cell.item()
    # not the other way round: a decimal has no room for the last digit of 2**53 + 1
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
