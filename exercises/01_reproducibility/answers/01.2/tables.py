"""Exercise 01.2, with pandas, and the setting off again even where the query fails."""

import pandas as pd


def has_one_order(connection, query):
    """Tell whether a query gives its rows in the same order when SQLite walks the other way."""
    first = pd.read_sql(query, connection)
    try:
        connection.execute("pragma reverse_unordered_selects = on")
        second = pd.read_sql(query, connection)
    finally:
        connection.execute("pragma reverse_unordered_selects = off")
    return first.equals(second)
