import json
import math

import numpy as np
import pandas as pd
import pytest
from regression_model import HOUSES, FeatureSchema, compare


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


def test_no_rows_differ_in_nothing(model, dearer):
    found = compare(model, dearer, [])

    assert found.agrees
    assert (found.share_beyond, found.largest) == (0, 0)


def test_the_report_is_plain_data(model, dearer, rows):
    report = compare(model, dearer, rows[:2]).to_dict()

    assert json.loads(json.dumps(report))["beyond"] == 2
    assert report["agrees"] is False


@pytest.mark.parametrize("tolerance", [-0.1, math.nan])
def test_a_tolerance_that_is_no_share_is_refused(model, tolerance):
    with pytest.raises(ValueError, match="it is a share, 0 or more"):
        compare(model, model, [], tolerance)
