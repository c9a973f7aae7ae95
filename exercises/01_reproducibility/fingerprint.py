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
    # TODO: write each row as one unambiguous text, put columns and rows into one order, and hash it
    raise NotImplementedError("exercise 01.5 is still to do")


def _plain(cell: object) -> object:
    """Return 65 for 65.0, and every other value as it is."""
    # TODO: return an `int` for a whole decimal, and every other value as it is
    raise NotImplementedError("exercise 01.5 is still to do")
