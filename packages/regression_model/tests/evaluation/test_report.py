import json

import matplotlib
import numpy as np
import pytest
from regression_model.evaluation import OutOfFold, summarise
from regression_model.evaluation.report import markdown, plot, write_report

PRICES = np.array([100_000.0, 200_000.0, 150_000.0, 300_000.0])
PREDICTED = np.array([110_000.0, 190_000.0, 150_000.0, 320_000.0])


@pytest.fixture
def result():
    folds = [np.array([0, 1]), np.array([2, 3])]
    return summarise(PRICES, OutOfFold(PREDICTED, np.full(4, 180_000.0), folds))


def test_the_text_sets_the_model_beside_the_mean_and_lists_the_folds(result):
    text = markdown(result)

    assert f"| {result['rmse']:,.0f} | {result['baseline']['rmse']:,.0f} |" in text
    assert f"| {result['rmse_log']:.4f} | {result['baseline']['rmse_log']:.4f} |" in text
    assert f"| 2 | 2 | {result['folds'][1]['rmse']:,.0f} |" in text
    assert "4 sales in 2 folds" in text


def test_the_picture_shows_each_house_and_each_fold(result):
    left, right = plot(result, PRICES, PREDICTED).axes

    np.testing.assert_allclose(left.collections[0].get_offsets()[:, 1], PREDICTED / 1000)
    assert [patch.get_height() for patch in right.patches] == [
        result["rmse_log"],
        result["baseline"]["rmse_log"],
    ]
    assert len(right.collections[0].get_offsets()) == 2


def test_three_files_are_written_and_pyplot_hears_nothing_of_it(result, tmp_path):
    backend = matplotlib.rcParams["backend"]

    write_report(tmp_path, result, PRICES, PREDICTED)

    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8")) == result
    assert (tmp_path / "report.md").read_text(encoding="utf-8") == markdown(result)
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
    assert matplotlib.rcParams["backend"] == backend
