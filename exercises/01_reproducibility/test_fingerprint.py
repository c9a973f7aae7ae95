"""A fingerprint belongs to what a table says, and to nothing else."""

import re
import sys

import pandas as pd
import pytest

SALES = pd.DataFrame(
    {
        "Id": [1, 2, 3, 4],
        "LotArea": [8450, 9600, 11250, 9600],
        "Alley": ["Pave", None, "Grvl", "Pave"],
        "SalePrice": [208500, 181500, 223500, 140000],
    }
)

IN_ANOTHER_PROCESS = """
import json
import sys

import pandas as pd

from regression_model.data.fingerprint import fingerprint

print(fingerprint(pd.DataFrame(json.load(sys.stdin))))
"""


def test_it_is_a_sha256_in_hexadecimal_digits(submission):
    answer = submission.run(lambda code: code.fingerprint(SALES))

    assert isinstance(answer, str) and re.fullmatch("[0-9a-f]{64}", answer), (
        f"A fingerprint is text of 64 hexadecimal digits, not {answer!r}: "
        "`hashlib.sha256(...).hexdigest()` gives one"
    )


def test_the_order_of_rows_does_not_matter(submission):
    first, second = submission.run(
        lambda code: (code.fingerprint(SALES), code.fingerprint(SALES.iloc[[2, 0, 3, 1]]))
    )

    assert first == second, (
        "The same rows in another order got another fingerprint: "
        "put the rows into one order before you hash them"
    )


def test_the_order_of_columns_does_not_matter(submission):
    first, second = submission.run(
        lambda code: (code.fingerprint(SALES), code.fingerprint(SALES[SALES.columns[::-1]]))
    )

    assert first == second, (
        "The same columns in another order got another fingerprint: "
        "put the columns into one order before you hash them"
    )


def test_the_labels_of_the_index_do_not_matter(submission):
    first, second = submission.run(
        lambda code: (code.fingerprint(SALES), code.fingerprint(SALES.set_axis([70, 80, 90, 99])))
    )

    assert first == second, (
        "Other labels in the index gave another fingerprint: the index says where a row stood, "
        "not what it says; leave it out of the text"
    )


def test_a_whole_number_and_the_same_decimal_are_one_number(submission):
    first, second = submission.run(
        lambda code: (
            code.fingerprint(SALES),
            code.fingerprint(SALES.astype({"LotArea": "float64", "Id": "int32"})),
        )
    )

    assert first == second, (
        "65 and 65.0 got different fingerprints: a CSV file turns whole numbers into decimals when "
        "one of them is missing; give every column of numbers one type before you write it out"
    )


def test_a_table_read_back_from_csv_is_the_same_table(submission, tmp_path):
    SALES.to_csv(tmp_path / "sales.csv", index=False)
    read_back = pd.read_csv(tmp_path / "sales.csv")

    first, second = submission.run(
        lambda code: (code.fingerprint(SALES), code.fingerprint(read_back))
    )

    assert first == second, "The table read back from its CSV file got another fingerprint"


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        (SALES.assign(SalePrice=[208500, 181500, 223500, 140001]), "one price is a dollar higher"),
        (SALES.assign(Alley=["Pave", "Grvl", "Grvl", "Pave"]), "a gap has been filled"),
        (SALES.rename(columns={"LotArea": "LotFrontage"}), "a column has another name"),
        (SALES.iloc[:3], "a row is missing"),
        (pd.concat([SALES, SALES.iloc[:1]]), "a row is there twice"),
        (SALES.assign(LotArea=[9600, 8450, 11250, 9600]), "two areas have changed places"),
        (SALES.rename(columns={"Id": "SalePrice", "SalePrice": "Id"}), "two names changed places"),
    ],
    ids=["price", "gap", "name", "row lost", "row twice", "values moved", "names moved"],
)
def test_a_change_of_the_data_changes_it(submission, changed, what):
    before, after = submission.run(
        lambda code: (code.fingerprint(SALES), code.fingerprint(changed))
    )

    assert before != after, f"The data is not the same ({what}), but the fingerprint is"


def test_a_gap_is_not_the_number_zero(submission):
    areas = pd.DataFrame({"Id": [1, 2], "GarageArea": [548.0, None]})
    gap, zero = submission.run(
        lambda code: (code.fingerprint(areas), code.fingerprint(areas.fillna({"GarageArea": 0})))
    )

    assert gap != zero, (
        "A gap and a zero got the same fingerprint: no garage on record is not a garage of 0 "
        "square feet"
    )


def test_another_process_computes_the_same(submission):
    here = submission.run(lambda code: code.fingerprint(SALES))
    elsewhere = submission.shell(
        [sys.executable, "-c", IN_ANOTHER_PROCESS],
        stdin=SALES.to_json(),
        environment={"PYTHONHASHSEED": "1"},
    )

    assert elsewhere.stdout.strip() == here, (
        "The same table got another fingerprint in another Python process: "
        "Python's own `hash` is scrambled anew in each; hashlib is not"
    )


def test_the_callers_table_stays_as_it_was(submission):
    def ids_and_columns_after(code):
        table = SALES.iloc[[1, 3, 0, 2]].copy()
        code.fingerprint(table)
        return table["Id"].tolist(), list(table.columns)

    ids, columns = submission.run(ids_and_columns_after)

    after = (ids, columns)
    assert after == ([2, 4, 1, 3], list(SALES.columns)), (
        "The table that was handed in came back changed: "
        "work on a copy of it, or on what a method returns"
    )
