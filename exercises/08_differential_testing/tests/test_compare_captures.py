"""What a comparison says of two captures, and when it agrees."""

import pytest


@pytest.fixture(scope="module")
def cases(prices):
    """All that is compared: two lists of prices, slices, and the limits of a policy."""
    factors = [1, 1.02, 0.97, 1.2, 0.6, 1, 1, 1]
    eight = tuple(prices[:8]), tuple(price * by for price, by in zip(prices, factors))
    four = (100.0, 100.0, 100.0, 100.0, None, None), (100.0, 100.0, 100.0, 120.0, None, None)
    means = [1.04, 0.96, 1.03, 1.03, 0.96, 0.97, 1.0]
    sliced = (*prices[:7], None), (*(price * by for price, by in zip(prices, means)), None)
    slices = ["even", "even", "up", "up", "down", "down", "same", "none"]
    rows = (*prices[:4], None, prices[5])
    limits, nan = {"tolerance": 0.5, "slice_mean": 0.25}, float("nan")
    changed = (prices[0], prices[1] * 1.5, prices[2] / 2, None, 9.0, 1.0)
    return {
        "rows": (rows, changed, (), {}),
        "tenth": (*eight, (), {"tolerance": 0.1}),
        "third": (*eight, (), {"tolerance": 0.3}),
        "default": (*eight, (), {}),
        "at the limit": ((100.0, 100.0), (150.0, 50.0), (), {"tolerance": 0.5}),
        "no share": (*four, (), {}),
        "a quarter": (*four, (), {"share": 0.25}),
        "a fifth": (*four, (), {"share": 0.2}),
        "lone": ((100.0, None, 100.0, None, 100.0), (100.0, 100.0, None, None, None), (), {}),
        "lost": ((100.0, 100.0), (100.0, None), (), {"share": 0.9}),
        "won": ((100.0, None), (100.0, 100.0), (), {"share": 0.9}),
        "neither": ((100.0, None), (100.0, None), (), {}),
        "no rows": ((), (), (), {}),
        "no prices": ((None, None), (None, None), (), {}),
        "slices": (*sliced, slices, {"tolerance": 0.05, "slice_mean": 0.02}),
        "slices within": (*sliced, slices, {"tolerance": 0.05, "slice_mean": 0.04}),
        "slice at the limit": ((100.0, 100.0), (125.0, 75.0), ["up", "down"], limits),
        "no number": ((100.0, 100.0, nan), (nan, 100.0, 100.0), (), {}),
        "no slices": (*sliced, (), {"tolerance": 0.05, "slice_mean": 0.0}),
    }


@pytest.fixture
def compared(submission, once, cases):
    """What came of each case: a Comparison as a dict, slices as pairs. All are asked together."""

    def task(code):
        # pylint: disable=import-outside-toplevel  # runs beside the answer
        import json

        from regression_model.differential import Capture, Policy

        def ask(old, new, slices, limits):
            captures = Capture("1", "h", old), Capture("2", "h", new)
            told = code.compare_captures(*captures, Policy(**limits), slices).to_dict()
            try:
                told["json"] = bool(json.dumps(told))
            except TypeError as error:
                told["json"] = str(error)
            if told["json"] is True and not isinstance(told["agrees"], bool):
                told["json"] = f"agrees={told['agrees']!r}"
            told["agrees"] = bool(told["agrees"])
            return told | {"slices": [[name, mean] for name, mean in told["slices"].items()]}

        return {name: ask(*case) for name, case in cases.items()}

    return once(lambda: submission.run(task))


def about(case, found, expected):
    """Return what to look at: the case, what came back and what was expected."""
    old, new, _, limits = case
    shown = ", ".join(f"{name}={limit}" for name, limit in limits.items())
    called = f"compare_captures(old, new, Policy({shown}))"
    return (
        f"\n  called:      {called}\n  old prices:  {_short(old)}\n  new prices:  {_short(new)}"
        f"\n  came back:   {found}\n  expected:    {expected}"
    )


def _short(prices):
    return [each and round(each, 2) for each in prices]


def test_each_row_has_its_difference(compared, cases):
    case, found = cases["rows"], compared["rows"]
    expected = [None if None in pair else pair[1] / pair[0] - 1 for pair in zip(case[0], case[1])]
    told = list(found["differences"])

    assert len(told) == 6 == found["rows"], (
        "There is one entry for each row, in order, also for one that was refused: a reader wants "
        f"to know which row it was.{about(case, told, expected)}"
    )
    assert told[3] is None and told[4] is None, (
        "A difference is None where a model gave none: no price is not a price of 0."
        f"{about(case, told, expected)}"
    )
    assert told == pytest.approx(
        expected
    ), f"A difference is new price / old price - 1.{about(case, told, expected)}"
    assert (found["old_version"], found["new_version"]) == (
        "1",
        "2",
    ), "`old_version` and `new_version` are those of the captures."


def test_what_is_beyond_the_tolerance_is_counted(compared, cases):
    case, found = cases["tenth"], compared["tenth"]
    beyond = [compared[name]["beyond"] for name in ("default", "tenth", "third")]

    assert beyond[0] != beyond[1], (
        "The tolerance is the policy's: with 0.01 four of these prices are beyond, with 0.1 two."
        f"{about(case, beyond[1], 2)}"
    )
    assert beyond == [4, 2, 1], (
        "Prices rose by 2 and 20 % and fell by 3 and 40 %: prices that fell are as wrong as prices "
        f"that rose. Beyond 0.01, 0.1 and 0.3 are:{about(case, beyond, [4, 2, 1])}"
    )
    assert found["largest"] == pytest.approx(0.4), (
        "The largest difference is that of the price that fell by 40 %; prices that fell count "
        f"without their sign.{about(case, found['largest'], 0.4)}"
    )
    assert found["tolerance"] == 0.1, "`tolerance` of the Comparison is that of the policy."


def test_a_price_at_the_limit_is_within_it(compared, cases):
    found = compared["at the limit"]

    assert found["beyond"] == 0 and found["agrees"] is True, (
        "Prices that differ by exactly the tolerance are within it: beyond is what differs by more."
        f"{about(cases['at the limit'], found['beyond'], 0)}"
    )


def test_shares_are_of_what_was_compared(compared, cases):
    case, found = cases["no share"], compared["no share"]

    assert found["compared"] == 4 and found["share_beyond"] == 0.25, (
        "`share_beyond` is `beyond` as a share of the rows that were compared, here 1 of 4."
        f"{about(case, found['share_beyond'], 0.25)}"
    )
    assert (
        found["agrees"] is False
    ), f"One price is beyond, and the policy allows none.{about(case, found['agrees'], False)}"
    assert (
        compared["a fifth"]["agrees"] is False
    ), f"A fifth may be beyond, and a quarter is.{about(cases['a fifth'], True, False)}"
    assert compared["a quarter"]["agrees"] is True, (
        "The policy allows a quarter of the prices to be beyond, and a quarter is."
        f"{about(cases['a quarter'], False, True)}"
    )


def test_rows_that_only_one_model_prices_are_told(compared, cases):
    case, found = cases["lone"], compared["lone"]
    lists = {name: list(found[name]) for name in ("only_old", "only_new")}
    expected = {"only_old": [2, 4], "only_new": [1]}

    assert 3 not in lists["only_old"] + lists["only_new"], (
        "Row 3 is one that neither of them priced: on that they are agreed."
        f"{about(case, lists, expected)}"
    )
    assert lists == expected, (
        "Rows that only the old model priced belong to `only_old`, numbered from 0."
        f"{about(case, lists, expected)}"
    )
    for name in ("lost", "won"):
        assert compared[name]["agrees"] is False, (
            "Only one of the two models prices a row, and it agrees: whoever asks for that house "
            f"gets another answer now.{about(cases[name], True, False)}"
        )
    assert (
        compared["neither"]["agrees"] is True
    ), f"A row that neither priced is no difference.{about(cases['neither'], False, True)}"


def test_what_is_not_finite_is_no_price(compared, cases):
    case, found = cases["no number"], compared["no number"]
    told = {"only_old": list(found["only_old"]), "only_new": list(found["only_new"])}
    expected = {"only_old": [0], "only_new": [2]}

    assert told == expected and found["agrees"] is False, (
        "NaN is no price: compared with any limit it is not beyond it, and would pass for ever."
        f"{about(case, told, expected)}"
    )


def test_where_nothing_was_compared_nothing_agrees(compared, cases):
    for name in ("no rows", "no prices"):
        found = compared[name]

        assert found["agrees"] is False, (
            "Nothing was compared, so nothing can be said: a test that passes on no rows would "
            f"pass on everything.{about(cases[name], True, False)}"
        )
        assert (found["largest"], found["share_beyond"]) == (
            0,
            0,
        ), f"`largest` and `share_beyond` are 0 here.{about(cases[name], found['largest'], 0)}"


def test_captures_of_other_houses_are_refused(submission):
    pairs = {
        "The captures are of other houses (`houses` is their hash)": ("x", "y", 2, 2),
        "The first capture holds another number of prices": ("x", "x", 3, 2),
        "The second capture holds another number of prices": ("x", "x", 2, 3),
    }

    def task(code):
        # pylint: disable=import-outside-toplevel  # runs beside the answer
        from regression_model.differential import Capture

        def ask(one, other, many, few):
            try:
                old, new = Capture("1", one, (9.0,) * many), Capture("2", other, (9.0,) * few)
                return code.compare_captures(old, new).agrees
            except ValueError as error:
                return str(error)

        return [ask(*pair) for pair in pairs.values()]

    for sentence, told in zip(pairs, submission.run(task)):
        assert isinstance(told, str), (
            f"{sentence}: row 7 of one is not row 7 of the other. A ValueError is asked for, and "
            f"agrees={told} came back."
        )
        assert (
            len(told.split()) > 4
        ), f"Say in the ValueError what is wrong, and what to do: {told!r} helps nobody."


def test_slices_are_judged_by_their_mean(compared, cases):
    case, found = cases["slices"], compared["slices"]
    off, expected = dict(found["slices"]), {"up": 0.03, "down": -0.035}

    assert "down" in off, (
        "A slice that became cheaper on average, by 3.5 %, is as wrong as one that became dearer."
        f"{about(case, off, expected)}"
    )
    assert off == pytest.approx(expected), (
        "`slices` holds the slices that the policy does not let pass, and their mean difference. "
        f"What rises by 4 % here and falls by 4 % there is even.{about(case, off, expected)}"
    )
    assert (
        found["agrees"] is False
    ), f"A slice is off by more than `slice_mean`, and it agrees.{about(case, True, False)}"
    assert compared["slice at the limit"]["agrees"] is True, (
        "A slice whose mean is at the limit is within it."
        f"{about(cases['slice at the limit'], False, True)}"
    )
    for name, why in {
        "slices within": "No price is beyond the tolerance, no slice beyond `slice_mean`.",
        "no slices": "No slices were given, so no slice can be off.",
    }.items():
        assert compared[name]["agrees"] is True, f"{why}{about(cases[name], False, True)}"


def test_a_comparison_can_be_written_as_json(compared):
    for name, found in compared.items():
        assert found["json"] is True, (
            "`regression-model compare --json` writes the Comparison as JSON, which knows Python's own "
            f"numbers and truth values, not NumPy's: bool(...), int(...).\n  case:      {name}\n"
            f"  told:      {found['json']}"
        )
