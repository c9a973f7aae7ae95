"""Exercise 01.2, row by row, the reversed order first."""


def has_one_order(connection, query):
    """Tell whether a query gives its rows in the same order when SQLite walks the other way."""
    orders = []
    for setting in (1, 0):
        connection.execute(f"PRAGMA reverse_unordered_selects = {setting}")
        orders.append(list(connection.execute(query)))
    for one, other in zip(*orders):
        if one != other:
            return False
    return True
