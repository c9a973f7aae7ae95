"""What a cell of text means: one rule, whichever way the text came in."""

import re

MISSING_TEXTS = frozenset(("", "NA"))  # how tables write an empty cell

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def clean_text(text: str) -> str | None:
    """Say what a text cell means: blanks around it mean nothing, and "" and "NA" are missing.

    Parameters
    ----------
    text : str
        As it came in JSON, a DataFrame, Arrow, CSV or Parquet.

    Returns
    -------
    str or None
        None for a missing value.

    Examples
    --------
    >>> clean_text("NridgHt "), clean_text(" NA ")
    ('NridgHt', None)
    """
    text = text.strip()
    return None if text in MISSING_TEXTS else text


def number_in(text: str) -> int | float | str:
    """Return the number that a text in a file says, or the text itself if it says none.

    A CSV file holds nothing but text. Elsewhere a number is a number, and its text is refused.

    Parameters
    ----------
    text : str

    Returns
    -------
    int, float or str

    Examples
    --------
    >>> number_in(" 1710"), number_in("65.5"), number_in("1_710"), number_in("nan")
    (1710, 65.5, '1_710', 'nan')
    """
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        return text
    number = float(stripped)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number
