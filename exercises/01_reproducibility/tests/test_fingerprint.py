"""A fingerprint belongs to what a table says, and to nothing else."""

import io
import re
import sys

import pandas as pd
import pytest

IN_ANOTHER_PROCESS = """
import json
import sys

import pandas as pd

from regression_model.data.fingerprint import fingerprint

print(fingerprint(pd.DataFrame(json.load(sys.stdin)).reset_index(drop=True)))
"""


def one_column(*cells, dtype=object):
    """Return a table of one column, which keeps each cell as it is if it is one of objects."""
    return pd.DataFrame({"cell": pd.Series(cells, dtype=dtype)})


@pytest.fixture
def shuffled(table, seed):
    return table.sample(frac=1, random_state=seed + 1)


def test_it_is_a_sha256_in_hexadecimal_digits(submission, table):
    answer = submission.run(lambda code: code.fingerprint(table))

    assert isinstance(answer, str) and re.fullmatch(
        "[0-9a-f]{64}", answer
    ), "A fingerprint is text of 64 hexadecimal digits: `hashlib.sha256(...).hexdigest()` gives one"


def test_the_order_of_rows_does_not_matter(submission, table, shuffled):
    first, second = submission.run(
        lambda code: (code.fingerprint(table), code.fingerprint(shuffled))
    )

    same = first == second
    assert same, (
        "The same rows in another order got another fingerprint: put the rows into one order "
        "before you hash them (by whole rows: one column has ties)"
    )


def test_the_order_of_columns_does_not_matter(submission, table):
    first, second = submission.run(
        lambda code: (code.fingerprint(table), code.fingerprint(table[table.columns[::-1]]))
    )

    same = first == second
    assert same, (
        "The same columns in another order got another fingerprint: "
        "put the columns into one order before you hash them"
    )


def test_the_labels_of_the_index_do_not_matter(submission, table):
    labelled = table.set_axis(range(700, 700 + len(table)))
    first, second = submission.run(
        lambda code: (code.fingerprint(table), code.fingerprint(labelled))
    )

    same = first == second
    assert same, (
        "Other labels in the index gave another fingerprint: the index says where a row stood, "
        "not what it says; leave it out of the text"
    )


def test_a_whole_number_and_the_same_decimal_are_one_number(submission):
    numbers = pd.DataFrame({"cell": [65, 80, -1, 0]})
    whole, decimal, with_gaps, plain = submission.run(
        lambda code: [
            code.fingerprint(numbers.astype(kind)) for kind in ("int64", "float64", "Int64", object)
        ]
    )

    same = whole == decimal == with_gaps == plain
    assert same, (
        "65 and 65.0 got different fingerprints: a CSV file turns whole numbers into decimals when "
        "one of them is missing; bring both into one form before you write them out"
    )


def test_a_table_read_back_from_csv_is_the_same_table(submission, table):
    whole = table.astype({"LotFrontage": "Int64"})
    read_back = pd.read_csv(io.StringIO(whole.to_csv(index=False)))

    first, second = submission.run(
        lambda code: (code.fingerprint(whole), code.fingerprint(read_back))
    )

    same = first == second
    assert same, (
        "A table with gaps got another fingerprint after it was written to CSV and read back: "
        "its whole numbers are decimals now, and its gaps of another kind"
    )


def test_every_kind_of_gap_is_one_gap(submission):
    tables = [one_column("Pave", gap) for gap in (None, float("nan"), pd.NA)]
    tables.append(pd.DataFrame({"cell": ["Pave", None]}))
    known = submission.run(lambda code: [code.fingerprint(table) for table in tables])

    same = len(set(known)) == 1
    assert same, (
        "A gap is None, NaN or pd.NA, according to the type of its column, and these got "
        "different fingerprints: `notna` and `isna` know them all"
    )


CHANGES = {
    "one price is a dollar higher": lambda t: t.assign(SalePrice=t["SalePrice"] + (t["Id"] == 7)),
    "a gap has been filled": lambda t: t.fillna({"Alley": "Pave"}),
    "a column has another name": lambda t: t.rename(columns={"LotArea": "LotDepth"}),
    "a row is missing": lambda t: t.iloc[:-1],
    "a row is there twice": lambda t: pd.concat([t, t.iloc[:1]]),
    "a row is there three times": lambda t: pd.concat([t, t.iloc[:1], t.iloc[:1]]),
    "two prices have changed places": lambda t: t.assign(
        SalePrice=t["SalePrice"].sort_values().to_numpy()
    ),
    "two names have changed places": lambda t: t.rename(
        columns={"Id": "SalePrice", "SalePrice": "Id"}
    ),
}


def test_a_change_of_the_data_changes_it(submission, table):
    changed = [change(table) for change in CHANGES.values()]
    before, *after = submission.run(
        lambda code: [code.fingerprint(item) for item in (table, *changed)]
    )
    unseen = [what for what, known in zip(CHANGES, after, strict=True) if known == before]

    assert not unseen, f"The data is not the same ({' and '.join(unseen)}), but the fingerprint is"


ALIKE = [
    (None, 0),
    (None, -1),
    (None, ""),
    (None, "NA"),
    (1, "1"),
    (1, "1.0"),
    (True, "True"),
    (True, 1),
    (2**53, 2**53 + 1),
    (0.125, 0.12),
    (1234567.25, 1234567.125),
    (0.123456789012, 0.123456789013),
]


def named(cell):
    """Return a cell with what it is."""
    kinds = {type(None): "a gap", bool: "a truth value", str: "a text"}
    return f"{cell!r} ({kinds.get(type(cell), 'a number')})"


def test_cells_that_look_alike_are_not_the_same(submission):
    # in a column of objects, and in one of the type that pandas gives it
    pairs = [
        [[one_column(cell, dtype=dtype) for cell in pair] for dtype in (object, None)]
        for pair in ALIKE
    ]
    known = submission.run(
        lambda code: [
            [[code.fingerprint(table) for table in pair] for pair in both] for both in pairs
        ]
    )
    alike = [
        " and ".join(map(named, pair))
        for pair, both in zip(ALIKE, known, strict=True)
        if any(one == other for one, other in both)
    ]

    assert not alike, (
        "A cell's text has to say what kind of thing it is, to the last digit. These got the same "
        f"fingerprint: {'; '.join(alike)}"
    )


def test_every_row_counts(submission, table):
    long = pd.concat([table] * 50)
    price = long["SalePrice"].to_numpy(copy=True)
    price[-1] += 1
    first, second = submission.run(
        lambda code: (code.fingerprint(long), code.fingerprint(long.assign(SalePrice=price)))
    )

    different = first != second
    assert different, (
        "The last of 3,000 rows costs a dollar more, and the fingerprint is the same: "
        "every row belongs to the data"
    )


def test_a_gap_keeps_its_place(submission):
    before = pd.DataFrame({"a": [None, "x"], "b": ["Pave", "y"]})
    after = pd.DataFrame({"a": ["Pave", "x"], "b": [None, "y"]})
    first, second = submission.run(lambda code: (code.fingerprint(before), code.fingerprint(after)))

    different = first != second
    assert different, (
        "A gap and a text have changed columns, and the fingerprint is the same: a gap left out "
        "lets the next cell take its place, so it needs a text of its own"
    )


RUNNING_OVER = {
    "two texts with nothing between them": ([("ab", "c")], [("a", "bc")]),
    "commas": ([("a,b", "c")], [("a", "b,c")]),
    "quotes": ([('a","b', "c")], [("a", 'b","c')]),
    "line ends": ([("x\ny", "1"), ("z", "2")], [("x", "1"), ("z\ny", "2")]),
    "a line end between two cells": ([("x\ny", "z")], [("x", "y\nz")]),
}


def test_text_does_not_pass_from_one_cell_into_the_next(submission):
    pairs = [
        [pd.DataFrame(rows, columns=["a", "b"]) for rows in pair] for pair in RUNNING_OVER.values()
    ]
    names = [pd.DataFrame([[1, 2]], columns=columns) for columns in (["a", "bc"], ["ab", "c"])]
    known = submission.run(
        lambda code: [[code.fingerprint(table) for table in pair] for pair in [*pairs, names]]
    )
    over = [*RUNNING_OVER, "names of columns"]
    alike = [what for what, (one, other) in zip(over, known, strict=True) if one == other]

    assert not alike, (
        "Two tables with different texts got the same fingerprint: commas, quotes and line ends "
        "may stand inside a text, so where a cell or a row ends has to be told in another way "
        f"(see {', '.join(alike)})"
    )


def test_the_table_that_is_handed_in_stays_as_it_was(submission, shuffled):
    def table_after(code):
        handed_in = shuffled.copy()
        code.fingerprint(handed_in)
        return handed_in

    after = submission.run(table_after)

    assert after.equals(shuffled) and list(after.columns) == list(shuffled.columns), (
        "The table that was handed in came back changed: "
        "work on a copy of it, or on what a method returns"
    )


def test_another_process_computes_the_same(submission, table, request):
    # a new Python takes seconds, so it waits until every other test has passed
    if request.session.testsfailed:
        pytest.skip("another test has failed")
    plain = table.astype(object).where(table.notna(), None)
    here = submission.run(lambda code: code.fingerprint(plain))
    elsewhere = submission.shell(
        [sys.executable, "-c", IN_ANOTHER_PROCESS],
        stdin=plain.to_json(),
        environment={"PYTHONHASHSEED": "1"},
    )

    assert elsewhere.status == 0, (
        "In another Python process your function ends with an error: "
        f"{elsewhere.stderr.strip().splitlines()[-1]}"
    )

    same = elsewhere.stdout.strip() == here
    assert same, (
        "The same table got another fingerprint in another Python process: "
        "Python's own `hash` is scrambled anew in each; hashlib is not"
    )
