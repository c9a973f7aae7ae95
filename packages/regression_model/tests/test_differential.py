import json
import math

import numpy as np
import pandas as pd
import pytest
from regression_model import HOUSES, Capture, FeatureSchema, Policy, compare, compare_captures
from regression_model.differential import hash_file, read_capture, take_capture


@pytest.fixture
def dearer(tmp_path, write_tiny_model):
    """A model whose every price is two in a hundred above that of the tiny model."""
    return write_tiny_model(tmp_path / "dearer", base=10.5 + math.log(1.02))


def test_a_model_agrees_with_itself(model, rows):
    found = compare(model, model, rows, tolerance=0)

    assert found.agrees
    assert (found.rows, found.compared, found.beyond, found.largest) == (200, 200, 0, 0)
    assert set(found.differences) == {0.0}


@pytest.mark.parametrize(("tolerance", "beyond"), [(0.019, 3), (0.021, 0)])
def test_prices_beyond_the_tolerance_are_counted(model_directory, dearer, rows, tolerance, beyond):
    found = compare(model_directory, dearer, rows[:3], tolerance)

    assert found.beyond == beyond
    assert found.share_beyond == beyond / 3
    assert found.agrees == (beyond == 0)
    np.testing.assert_allclose(found.differences, [0.02] * 3, atol=1e-5)
    assert found.largest == pytest.approx(0.02, abs=1e-5)
    assert found.old_version != found.new_version


def test_rows_that_only_one_of_them_prices_are_named(model, tmp_path, write_tiny_model, house):
    names = [name for name in HOUSES.names if name != "LotFrontage"]
    narrow = write_tiny_model(
        tmp_path / "narrow", FeatureSchema(tuple(HOUSES[name] for name in names))
    )
    without = {name: value for name, value in house.items() if name != "LotFrontage"}
    rows = [without, house, without | {"GrLivArea": "big"}]

    found, back = compare(model, narrow, rows), compare(narrow, model, rows)

    assert (found.only_old, found.only_new) == ((1,), ())
    assert (back.only_old, back.only_new) == ((), (1,))
    assert found.differences == (0.0, None, None)
    assert found.compared == 1 and found.beyond == 0
    assert not found.agrees and not back.agrees


def test_a_table_is_compared_as_its_rows(model, dearer, rows):
    assert compare(model, dearer, pd.DataFrame(rows)) == compare(model, dearer, rows)


def test_where_nothing_is_compared_nothing_agrees(model):
    found = compare(model, model, [])

    assert not found.agrees
    assert not compare(model, model, [{}, {}]).agrees
    assert (found.share_beyond, found.largest) == (0, 0)


def test_the_report_is_plain_data(model, dearer, rows):
    report = compare(model, dearer, rows[:2]).to_dict()

    assert json.loads(json.dumps(report))["beyond"] == 2
    assert report["agrees"] is False


@pytest.mark.parametrize("tolerance", [-0.1, math.nan])
def test_a_tolerance_that_is_no_share_is_refused(model, tolerance):
    with pytest.raises(ValueError, match="it is a share, 0 or more"):
        compare(model, model, [], tolerance)


def capture_of(*prices, version="1", houses="the same"):
    return Capture(version, houses, prices)


def test_a_capture_is_read_as_it_was_written_to_the_last_digit(model, rows, tmp_path):
    taken = take_capture(model, [*rows[:3], {}], "a hash")
    taken.write(tmp_path / "before.json")

    assert read_capture(tmp_path / "before.json") == taken
    assert taken.prices[3] is None and taken.model_version == model.version


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"model_version": "1", "houses": "", "prices": [NaN]}']
)
def test_what_is_no_capture_is_refused(tmp_path, text):
    (tmp_path / "before.json").write_text(text)

    with pytest.raises(ValueError, match="before.json .* anew"):
        read_capture(tmp_path / "before.json")


def test_the_order_of_the_houses_matters_to_their_hash(tmp_path):
    for name, text in {"a": "1\n2\n", "b": "2\n1\n", "c": "1\n2\n"}.items():
        (tmp_path / name).write_text(text)

    assert hash_file(tmp_path / "a") == hash_file(tmp_path / "c") != hash_file(tmp_path / "b")


@pytest.mark.parametrize(
    "other", [capture_of(1.0, 2.0, houses="others"), capture_of(1.0), capture_of(1.0, 2.0, 3.0)]
)
def test_captures_of_other_houses_are_not_compared(other):
    for pair in ((capture_of(1.0, 2.0), other), (other, capture_of(1.0, 2.0))):
        with pytest.raises(ValueError, match="other|different houses"):
            compare_captures(*pair)


@pytest.mark.parametrize(("share", "agrees"), [(0.0, False), (0.24, False), (0.25, True)])
def test_a_policy_lets_a_share_of_the_compared_prices_differ(share, agrees):
    old, new = (capture_of(100.0, 100.0, 100.0, 100.0, None), capture_of(100, 100, 100, 150, None))

    assert compare_captures(old, new, Policy(0.01, share)).agrees is agrees


def test_a_slice_that_is_off_on_average_does_not_agree():
    old, new = capture_of(100.0, 100.0, 100.0, None), capture_of(97.0, 103.0, 98.0, None)
    slices, policy = ["a", "a", "b", "c"], Policy(0.05, slice_mean=0.01)

    found = compare_captures(old, new, policy, slices)

    assert found.slices == pytest.approx({"b": -0.02}) and not found.agrees
    assert compare_captures(old, new, Policy(0.05), slices).agrees
    with pytest.raises(ValueError):
        compare_captures(old, new, policy, slices[:3])


@pytest.mark.parametrize("limits", [{"share": 1}, {"share": -1}, {"slice_mean": math.nan}])
def test_a_policy_that_asks_for_nothing_is_refused(limits):
    with pytest.raises(ValueError):
        Policy(**limits)


def test_a_price_that_is_not_finite_is_none():
    old = Capture("1", "h", (100.0, 100.0, float("nan")))
    new = Capture("2", "h", (float("nan"), 100.0, float("inf")))

    found = compare_captures(old, new)

    assert (found.only_old, found.only_new, found.compared) == ((0,), (), 1)
    assert not found.agrees
