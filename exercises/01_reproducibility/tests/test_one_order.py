"""A query has one order when the rows come the same way, however the database walks."""

import sqlite3

UNORDERED = "SELECT Id, LotArea FROM sales WHERE LotArea > 0"


def database_of(table):
    connection = sqlite3.connect(":memory:")
    table.to_sql("sales", connection, index=False)
    return connection


def test_true_or_false_comes_back(submission, table):
    kind = submission.run(
        lambda code: type(code.has_one_order(database_of(table), UNORDERED)).__name__
    )

    reason = "`==` between two lists gives one answer for all of their rows"
    if kind == "NoneType":
        reason = "is a `return` missing?"
    assert kind in (
        "bool",
        "bool_",
    ), f"`True` or `False` should come back, and this is of type `{kind}`: {reason}"


def test_a_query_without_an_order_is_found(submission, table):
    queries = [UNORDERED, "SELECT Id FROM sales WHERE Alley IN ('Pave', 'Grvl')"]
    answers = submission.run(
        lambda code: [code.has_one_order(database_of(table), query) for query in queries]
    )

    assert answers == [False, False], (
        "These queries leave the order to the database, and your function should say False: is "
        "each asked a second time while `reverse_unordered_selects` is on, and are the rows compared?"
    )


def test_an_ordered_query_has_one_order(submission, table):
    queries = [f"{UNORDERED} ORDER BY Id", f"{UNORDERED.lower()}\norder by id desc"]
    queries.append("SELECT Id, LotFrontage FROM sales ORDER BY Id")  # with gaps
    answers = submission.run(
        lambda code: [code.has_one_order(database_of(table), query) for query in queries]
    )

    assert answers == [True, True, True], (
        "These queries order their rows by `Id`, and your function should say True: compare the "
        "rows themselves, in the order in which they came (a cursor gives its rows once, and a "
        "gap of pandas, NaN, does not even equal itself)"
    )


def test_words_in_a_comment_are_no_order(submission, table):
    query = f"{UNORDERED} -- an ORDER BY Id would be slower"
    answers = submission.run(lambda code: [code.has_one_order(database_of(table), query)])

    assert answers == [False], (
        "The words stand in a comment here, and order nothing: run the query and look at its rows, "
        "do not search its text"
    )


def test_a_single_row_has_one_order(submission, table):
    query = "SELECT COUNT(*) FROM sales"
    answers = submission.run(lambda code: [code.has_one_order(database_of(table), query)])

    assert answers == [True], "One row comes in one order, whether the query says ORDER BY or not"


def test_every_row_is_compared(submission, table):
    years = table.assign(YrSold=[2010] * 10 + [2006] * 15 + [2008] * 25 + [2010] * 10)
    query = "SELECT YrSold FROM sales"
    answers = submission.run(lambda code: [code.has_one_order(database_of(years), query)])

    assert answers == [False], (
        "The first ten rows and the last ten are alike here, and those between them change "
        "places: compare all of them"
    )


def test_rows_are_compared_whole(submission, table):
    one_year = table.assign(YrSold=2010)
    query = "SELECT YrSold, Id FROM sales"
    answers = submission.run(lambda code: [code.has_one_order(database_of(one_year), query)])

    assert answers == [False], (
        "All rows begin with the same year here, and the houses behind it change places: "
        "compare whole rows, not only their first column"
    )


def test_the_setting_is_off_again_afterwards(submission, table):
    def setting_after(code):
        connection = database_of(table)
        code.has_one_order(connection, UNORDERED)
        return connection.execute("PRAGMA reverse_unordered_selects").fetchone()[0]

    setting = submission.run(setting_after)

    assert setting == 0, (
        "The setting is still on when your function is done, and turns the rows of whoever asks "
        "next: switch it off again"
    )
