import json

import pytest
from ml_api.service import service_of
from regression_model import make_prediction

from abuse import PREDICT
from kept import kept
from models import make_model


def test_a_good_row_gets_the_price_that_the_model_gives(client, house, service):
    response = client.post(PREDICT, json=[house])

    model = service.models.current
    assert response.status_code == 200
    assert response.content_type == "application/json"
    assert response.json == make_prediction([house], model)


def test_a_bad_row_is_reported_and_the_good_one_still_priced(client, house):
    response = client.post(PREDICT, json=[house, {**house, "GrLivArea": "big"}])

    assert response.status_code == 200
    assert response.json["predictions"][0] > 0
    assert response.json["predictions"][1] is None
    assert response.json["errors"] == {"1": {"GrLivArea": ["Not a valid integer."]}}


def test_a_price_does_not_depend_on_the_rows_beside_it(client, house):
    bigger = {**house, "GrLivArea": 3000}
    alone = [client.post(PREDICT, json=[row]).json["predictions"][0] for row in (house, bigger)]
    together = client.post(PREDICT, json=[None, bigger, {}, house]).json["predictions"]

    assert together == [None, pytest.approx(alone[1]), None, pytest.approx(alone[0])]


CELLS = {
    "a category": ("Neighborhood", "CollgCr", [" CollgCr", "CollgCr ", "\tCollgCr\r\n"]),
    "an optional category": ("KitchenQual", "Ex", [" Ex", "Ex "]),
    "a missing category": ("KitchenQual", None, ["", " ", "NA", " NA "]),
    "a missing number": ("GarageArea", None, ["", "  ", "NA"]),
    "a missing numbered category": ("MSSubClass", None, ["", "NA "]),
    "a whole number": ("GrLivArea", 1500, [1500.0]),
}


@pytest.mark.parametrize(("field", "value", "spellings"), CELLS.values(), ids=CELLS)
def test_a_cell_costs_the_same_however_it_is_spelt(
    make_client, tmp_path, house, field, value, spellings
):
    # a model that looks at the three fields, at a category by its number
    weights = {"Neighborhood": 0.01, "KitchenQual": 0.01, "GarageArea": 1e-4, "MSSubClass": 0.01}
    client = make_client(model=make_model(tmp_path / "model", **weights))
    rows = [house | {field: each} for each in (value, *spellings)]

    answer = client.post(PREDICT, json=rows).json
    assert answer["errors"] == {}
    assert len(set(answer["predictions"])) == 1


def test_when_no_row_could_be_priced_the_problem_holds_all_that_an_answer_holds(client):
    response = client.post(PREDICT, json=[{"Colour": "red"}, 5])

    assert response.status_code == 422
    assert response.content_type == "application/problem+json"
    assert response.json["predictions"] == [None, None]
    assert response.json["errors"]["0"]["Colour"] == ["Unknown field."]
    assert response.json["errors"]["1"] == {"_schema": ["Invalid input type."]}


def test_errors_are_in_the_order_of_the_rows(client, house):
    response = client.post(PREDICT, json=[house] + [{}] * 11)

    assert list(json.loads(response.data)["errors"]) == [str(index) for index in range(1, 12)]


def test_a_price_that_is_not_finite_is_an_error_and_never_sent(make_client, tmp_path, house):
    client = make_client(model=make_model(tmp_path / "model", LotFrontage=100.0))
    endless = house | {"LotFrontage": 80}
    model = service_of(client.application).models.current

    response = client.post(PREDICT, json=[endless, {}, house])

    assert response.status_code == 200
    assert response.json["predictions"][:2] == [None, None]
    assert response.json["predictions"][2] > 0
    assert response.json["errors"]["0"] == make_prediction(endless, model)["errors"][0]
    assert set(response.json["errors"]) == {"0", "1"}


def test_what_came_in_and_what_went_out_is_kept(client, house, settings):
    response = client.post(PREDICT, json=[house, {}], headers={"X-Request-ID": "mine"})
    none_priced = client.post(PREDICT, json=[{}])

    first, second = kept(settings.store)
    assert first["request"] == [house, {}]
    assert first["response"] == response.json
    assert (first["request_id"], first["rows"], first["refused"]) == ("mine", 2, 1)
    assert first["model_version"] == response.json["version"]
    assert second["response"] == none_priced.json


def test_what_is_no_request_for_predictions_is_not_kept(client, settings):
    client.post(PREDICT, json=[])
    for body in ("nonsense", "{}", json.dumps([{}] * 1001)):
        client.post(PREDICT, data=body, content_type="application/json")

    assert [each["request"] for each in kept(settings.store)] == [[]]


def test_with_the_store_off_predictions_go_on(make_client, house):
    client = make_client(store=None)

    assert client.post(PREDICT, json=[house]).status_code == 200
    assert client.get("/ready").json["store"]["status"] == "off"


def test_more_rows_than_the_setting_are_too_many(make_client, house):
    client = make_client(max_rows=2)

    assert client.post(PREDICT, json=[house] * 2).status_code == 200
    assert client.post(PREDICT, json=[house] * 3).status_code == 413


def test_a_larger_body_than_the_setting_is_too_large(make_client, house):
    body = json.dumps([house])
    just, too_small = make_client(max_body=len(body)), make_client(max_body=len(body) - 1)

    assert just.post(PREDICT, data=body, content_type="application/json").status_code == 200
    response = too_small.post(PREDICT, data=body, content_type="application/json")
    assert response.status_code == 413
    assert f"{len(body) - 1} bytes" in response.json["detail"]
