"""What the four functions of the notebook do, as its cells show it: each must hold still."""

import pytest


def test_every_sale_of_the_connection_is_there_once(submission):
    shown, expected = submission.shown("check-gather"), submission.expected("check-gather")
    for name in ("one", "twins"):
        assert sorted(shown[name].split()) == sorted(
            expected[name].split()
        ), "`gather` should return every sale of the connection that it is handed, once."


@pytest.mark.parametrize("pair", [("one", "other"), ("twins", "other twins")])
def test_two_databases_with_the_same_sales_give_one_order(submission, pair):
    shown = submission.shown("check-gather")
    one, other = (shown[name] for name in pair)
    alike = ": houses that are alike in all but `Id` change places" if "twins" in pair else ""
    assert one == other, f"`gather` should give the same sales in one order{alike}."


def test_no_gap_is_left(submission):
    filled = submission.shown("check-fill")["seed 3"]
    assert "nan" not in filled, "`fill_gaps` should leave no gap."


def test_what_was_known_stays_as_it_was(submission):
    filled, before = _widths(submission)
    assert filled[:8] == before[:8], "`fill_gaps` should leave the widths that are known."


def test_gaps_are_filled_from_what_was_known(submission):
    filled, before = _widths(submission)
    assert set(filled) <= set(
        before[:8]
    ), "`fill_gaps` should draw from the known widths of the table that it is handed."


def test_each_gap_has_a_draw_of_its_own(submission):
    filled, _ = _widths(submission)
    assert len(set(filled[8:])) > 1, "In `fill_gaps`, each gap should have a draw of its own."


def _widths(submission):
    """Return the widths that were filled, and those before it."""
    filled = submission.shown("check-fill")["seed 3"].split()
    return filled, submission.expected("check-fill")["handed in"].split()


@pytest.mark.parametrize("cell, name", [("check-fill", ""), ("check-split", "test, ")])
def test_the_same_seed_draws_the_same(submission, cell, name):
    shown = submission.shown(cell)
    one, again = shown[f"{name}seed 3"], shown[f"{name}seed 3 again"]
    assert one == again, f"`{_function(cell)}` should draw the same for the same seed."


@pytest.mark.parametrize("cell, name", [("check-fill", ""), ("check-split", "test, ")])
def test_another_seed_draws_something_else(submission, cell, name):
    shown = submission.shown(cell)
    # the order of a part says nothing, the order of gaps does
    in_order = sorted if name else list
    one, other = (in_order(shown[f"{name}seed {seed}"].split()) for seed in (3, 4))
    assert one != other, f"`{_function(cell)}` should draw something else for another seed."


@pytest.mark.parametrize("cell", ["check-fill", "check-split", "check-fit"])
def test_nobody_elses_generator_is_moved(submission, cell):
    drawn = submission.shown(cell)["drawn next"]
    assert drawn == submission.expected(cell)["untouched"], (
        f"`{_function(cell)}` should leave the generators of `random` and `np.random` alone: "
        "whoever uses them next draws something else."
    )


def _function(cell):
    return {"check-fill": "fill_gaps", "check-split": "split", "check-fit": "fit"}[cell]


def test_the_table_handed_in_stays_as_it_was(submission):
    left = submission.shown("check-fill")["handed in"]
    assert (
        left == submission.expected("check-fill")["handed in"]
    ), "`fill_gaps` should leave the table that it is handed as it was, gaps and all."


def test_each_sale_is_in_one_of_the_parts(submission):
    train, test, every = _parts(submission)
    assert sorted(train + test) == every, "In `split`, each sale should be in one of the parts."


def test_four_fifths_are_for_training(submission):
    train, test, every = _parts(submission)
    parts = len(train), len(test)
    assert parts == (
        16,
        4,
    ), f"`split` should keep 4 of {len(every)} sales for the test, the second part."


def _parts(submission):
    """Return the numbers of the houses in both parts, and of all."""
    shown, expected = submission.shown("check-split"), submission.expected("check-split")
    names = "train, seed 3", "test, seed 3"
    every = sorted(number for name in names for number in expected[name].split())
    return *(shown[name].split() for name in names), every


def test_the_same_seed_gives_the_same_forest(submission):
    shown = submission.shown("check-fit")
    assert shown["seed 3"] == shown["seed 3 again"], "The same seed should give the same forest."


def test_another_seed_gives_another_forest(submission):
    shown = submission.shown("check-fit")
    assert shown["seed 3"] != shown["seed 4"], "Another seed should give another forest."


def test_every_forest_has_as_many_trees(submission):
    one, other = submission.shown("check-fit")["trees"]
    assert one == other, "Another seed should not give more trees, or fewer."


def test_the_forest_learns_from_the_sales_handed_in(submission):
    shown, expected = submission.shown("check-fit"), submission.expected("check-fit")
    prices = {
        name: [float(price) for price in shown[name].split()]
        for name in ("seed 3", "twice as dear")
    }
    right = [float(price) for price in expected["seed 3"].split()]
    near = all(
        abs(price / other - 1) < 0.4 for price, other in zip(prices["seed 3"], right, strict=True)
    )
    dearer = all(
        price > 1.4 * other for price, other in zip(prices["twice as dear"], right, strict=True)
    )
    assert (
        near and dearer
    ), "The forest should learn from the sales that `fit` is handed, and from no others."
