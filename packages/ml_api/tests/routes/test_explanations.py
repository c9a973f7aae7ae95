import math

import pytest

from kept import kept
from models import make_model

EXPLAIN = "/v2/explain/regression"


def test_the_factors_of_all_fields_that_differ_make_the_second_price_of_the_first(client, house):
    other = house | {"GrLivArea": 1800, "OverallQual": 8, "KitchenQual": "Ex"}
    answer = client.post(EXPLAIN, json=[house, other]).json

    said = {each["field"]: each for each in answer["contributions"]}
    first, second = answer["predictions"]
    assert set(said) == {"GrLivArea", "OverallQual", "KitchenQual"}
    assert math.prod(each["factor"] for each in said.values()) == pytest.approx(second / first)
    # the weights of the model that tests are given
    assert said["OverallQual"]["factor"] == pytest.approx(math.exp(0.1 * 2), rel=1e-5)
    assert said["KitchenQual"]["factor"] == 1


def test_cells_are_told_in_words(make_client, tmp_path, house):
    client = make_client(model=make_model(tmp_path / "model", KitchenQual=0.1))
    other = house | {"KitchenQual": "Ex", "Neighborhood": "Unheard", "LotArea": 9000}
    answer = client.post(EXPLAIN, json=[house, other]).json

    told = [(each["field"], each["before"], each["after"]) for each in answer["contributions"]]
    assert told == [
        ("LotArea", None, 9000.0),
        ("Neighborhood", "North Ames", "a code unknown to the model"),
        ("KitchenQual", None, "excellent"),
    ]


def test_equal_houses_need_no_explanation(client, house):
    assert client.post(EXPLAIN, json=[house, house]).json["contributions"] == []


@pytest.mark.parametrize("rows", [[], [0], [0, 1], [0, 0, 0]])
def test_anything_but_two_good_houses_is_refused(client, house, rows):
    response = client.post(EXPLAIN, json=[{} if row else house for row in rows])

    assert response.status_code == 422
    assert "two houses" in response.json["detail"]


def test_what_was_explained_is_kept(client, settings, house):
    answer = client.post(EXPLAIN, json=[house, house | {"GrLivArea": 1800}]).json

    assert kept(settings.store)[0]["response"] == answer
