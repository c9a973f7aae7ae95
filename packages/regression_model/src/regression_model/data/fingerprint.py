"""Know a table again: one hash that changes when the data does, and only then."""

import hashlib

import pandas as pd


def fingerprint(table: pd.DataFrame) -> str:
    """Hash what a table says, whatever the order it arrived in.

    A database returns rows in any order it likes, and a CSV file turns a column of whole numbers
    with one gap into decimals: neither is different data, so neither changes the fingerprint.

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
    numbers = table[columns].select_dtypes("number").columns
    # as decimals: 65 and 65.0 are one number
    same_type = table[columns].astype({column: "float64" for column in numbers})
    text = same_type.to_csv(index=False, header=False, na_rep="NA", lineterminator="\n")
    rows = sorted(text.splitlines())  # sorted: the hash must not care for the order of rows
    return hashlib.sha256("\n".join([",".join(columns), *rows]).encode()).hexdigest()
