"""Rows sent to the service around the learner's schema, all in one request, and what it says."""

import pytest

NO_INTEGER = "Not a valid integer."

# what is changed in a good house, so that it stays one
GOOD = {
    "as it is": {},
    "a whole number written 1500.0": {"GrLivArea": 1500.0},
    "the same as 1500": {"GrLivArea": 1500},
    "an optional number is null": {"GarageArea": None},
    "an optional number is NA": {"GarageArea": " NA "},
    "an optional category is empty": {"Alley": ""},
    "a category unknown to the model": {"Neighborhood": "Atlantis"},
    "a code that is a whole number": {"MSSubClass": 60},
    "a fraction where fractions are": {"MasVnrArea": 65.5},
    "columns carried along": {"Id": "any", "SalePrice": [1, 2]},
    "a carried column that this model has": {"Parcel": 7},
    "a carried column is null": {"Id": None},
    "the lower limit": {"OverallQual": 1},
}

# and so that it is none: the field, the value, what is said
BAD = {
    "a text for a whole number": ("GrLivArea", "1500", NO_INTEGER),
    "a fraction for a whole number": ("GrLivArea", 1500.5, NO_INTEGER),
    "true for a whole number": ("OverallQual", True, NO_INTEGER),
    "a list for a whole number": ("GrLivArea", [1500], NO_INTEGER),
    "a text for a code that is a number": ("MSSubClass", "60", NO_INTEGER),
    "a text for a number": ("MasVnrArea", "65.5", "Not a valid number."),
    "a number for a category": ("Neighborhood", 7, "Not a valid string."),
    "null for a required field": ("GrLivArea", None, "Field may not be null."),
    "NA for a required field": ("Neighborhood", "NA", "Field may not be null."),
    "an unknown field": ("Colour", "red", "Unknown field."),
}


@pytest.fixture
def answer(submission, model, table, once, start, ask):
    """The rows above, as they came back: their errors and their prices, by name."""
    house = table[0]
    most = {"OverallQual": model.schema["OverallQual"].maximum}
    rows = [house | change for change in GOOD.values()]
    rows += [house | {field: value} for field, value, _ in BAD.values()]
    rows += [house | most, house | {"OverallQual": most["OverallQual"] + 1}]
    rows += [house | {"GarageArea": -1}]
    rows += [{name: each for name, each in house.items() if name != "YearBuilt"}]
    names = [*GOOD, *BAD, "the upper limit", "over the limit", "below zero", "no year"]

    def questions():
        with submission.serve(lambda code: start(model.files)) as server:
            said = ask(server.port, "/v1/predict/regression", rows)
            document = ask(server.port, "/openapi.json")
        assert said.status == 200, f"{len(rows)} rows, most of them good, were sent.\n{said}"
        found = said.json
        errors = {name: found["errors"].get(str(place), {}) for place, name in enumerate(names)}
        prices = dict(zip(names, found["predictions"], strict=True))
        return {
            "rows": dict(zip(names, rows)),
            "errors": errors,
            "prices": prices,
            "document": document,
        }

    return once(questions)


def test_good_rows_are_let_through(answer):
    for name in [*GOOD, "the upper limit"]:
        said = answer["errors"][name]
        taken = not said
        assert taken, (
            f"A good row was refused: {name}.\nsent: {GOOD.get(name) or answer['rows'][name]}"
            f"\ncame back: {said}\nexpected: a price"
        )


@pytest.mark.parametrize("name", BAD)
def test_bad_cells_are_refused_in_marshmallows_words(answer, name):
    field, value, says = BAD[name]
    refused = answer["errors"][name] == {field: [says]}

    assert refused, (
        f"{name[0].upper()}{name[1:]} is to be refused with the words of its field."
        f"\nsent: {field} = {value!r}\ncame back: {answer['errors'][name] or 'a price'}"
        f"\nexpected: {says}"
    )


def test_what_is_required_may_not_be_left_out(answer):
    said = answer["errors"]["no year"]

    assert said == {"YearBuilt": ["Missing data for required field."]}, (
        f"A row without YearBuilt, which the model cannot do without, is to be refused: is the "
        f"field `required` where the feature is?\ncame back: {said or 'a price'}"
    )


def test_the_limits_are_those_of_the_model_that_serves(answer, model):
    limit = model.schema["OverallQual"].maximum
    said = answer["errors"]["over the limit"].get("OverallQual", ["a price"])[0]

    assert said.startswith("Must be") and str(limit) in said, (
        f"The model that serves takes an OverallQual up to {limit}, and {limit + 1} is to be "
        f"refused by the schema with that limit: take it from the feature.\ncame back: {said}"
    )


def test_a_limit_of_0_is_a_limit(answer):
    said = answer["errors"]["below zero"].get("GarageArea", ["a price"])[0]

    assert said.startswith("Must be"), (
        "A GarageArea of -1 is to be refused by the schema: the minimum of this feature is 0, which "
        f"is a limit like any other. Is 0 taken for none?\ncame back: {said}"
    )


def test_a_whole_number_is_an_int(submission, model, table):
    def load(code):
        row = table[0] | {"GrLivArea": 1500.0}
        return type(code.row_schema(model.schema).load(row)["GrLivArea"]).__name__

    kind = submission.run(load)

    assert kind == "int", f"1500.0 is loaded as a {kind}: `_deserialize` is to return an `int`"


def test_1500_0_is_1500(answer, model):
    written, plain = (answer["prices"][name] for name in list(GOOD)[1:3])
    house = answer["rows"]["the same as 1500"]

    assert written == plain == pytest.approx(model.price(house), rel=1e-4), (
        "A house of 1500.0 square feet costs what one of 1500 costs: a whole number that is "
        f"written with a point is one.\ncame back: {written} and {plain}"
    )


def test_the_contract_says_what_the_schema_does(answer):
    house = answer["document"].json["components"]["schemas"]["House"]
    area = house["properties"]["GrLivArea"]

    assert area.get("description") and area.get("minimum") == 1, (
        "/openapi.json should describe GrLivArea, and say its limits: it is written from your "
        f"fields, whose `metadata` is `_documentation(feature)`.\ncame back: {area}"
    )
