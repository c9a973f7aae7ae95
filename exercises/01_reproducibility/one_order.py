"""Exercise 01.2: which queries of a training lean on an order that nobody promised?"""


def has_one_order(connection, query):
    """Tell whether a query gives its rows in the same order when SQLite walks the other way.

    All rows are compared, whole. What the query does is what counts, not the words in it. The
    setting `reverse_unordered_selects` is off before, and off again afterwards.

    Parameters
    ----------
    connection : sqlite3.Connection
    query : str
        A SELECT.

    Returns
    -------
    bool
        False where the order of the rows is left to the database.
    """
    # TODO: ask twice, the second time with the setting on; switch it off again, and compare the
    # rows
    raise NotImplementedError("exercise 01.2 is still to do")
