import pytest
from price_app import create_app

RIGHT = {"GrLivArea": 1500, "OverallQual": 6}


def ask(*houses):
    return create_app().test_client().post("/predict", json=list(houses))


def test_health():
    assert create_app().test_client().get("/health").json["status"] == "ok"


@pytest.mark.parametrize(
    "area, quality, price", [(1000, 1, 99_000), (200, 10, 124_000), (10_000, 5, 765_000)]
)
def test_price(area, quality, price):
    answer = ask({"GrLivArea": area, "OverallQual": quality})
    assert answer.status_code == 200
    assert abs(answer.json["predictions"][0] - price) < 0.01


@pytest.mark.parametrize(
    "area, quality, fields",
    [
        (0, 5, ["GrLivArea"]),
        (10_001, 5, ["GrLivArea"]),
        (900, 0, ["OverallQual"]),
        (-1, 99, ["GrLivArea", "OverallQual"]),
    ],
)
def test_ranges(area, quality, fields):
    answer = ask({"GrLivArea": area, "OverallQual": quality}, RIGHT)
    assert sorted(answer.json["errors"]["0"]) == fields
    assert answer.json["predictions"][0] is None and answer.json["predictions"][1] == 179_000


def test_all_bad_or_no_list():
    assert ask({}).status_code == 422
    client = create_app().test_client()
    for body in (RIGHT, [], ["house"], 3):
        assert client.post("/predict", json=body).status_code == 400
