import json

import pytest
from regression_model import HOUSES, Feature, FeatureSchema

AREA = Feature("GrLivArea", "integer", "Living area.", minimum=0, maximum=9000, required=True)
ALLEY = Feature("Alley", "category", "Alley.", categories=("Grvl", "Pave"), missing="none")
DWELLING = Feature("MSSubClass", "category", "Dwelling.", categories=(20, 60))
SCHEMA = FeatureSchema((AREA, ALLEY, DWELLING))


def test_a_schema_is_ordered_and_finds_features_by_name():
    assert SCHEMA.names == ("GrLivArea", "Alley", "MSSubClass")
    assert SCHEMA.numbers == ("GrLivArea",)
    assert SCHEMA.categories == ("Alley", "MSSubClass")
    assert SCHEMA.required == ("GrLivArea",)
    assert [feature.name for feature in SCHEMA] == list(SCHEMA.names)
    assert SCHEMA["Alley"] is ALLEY
    assert "Alley" in SCHEMA and "Colour" not in SCHEMA
    assert len(SCHEMA) == 3


def test_categories_know_whether_their_codes_are_numbers():
    assert DWELLING.has_integer_codes
    assert not ALLEY.has_integer_codes
    assert not AREA.is_category


@pytest.mark.parametrize("schema", [SCHEMA, HOUSES], ids=["small", "houses"])
def test_a_schema_survives_json(schema):
    again = FeatureSchema.from_dict(json.loads(json.dumps(schema.to_dict())))

    assert again == schema
    assert hash(again) == hash(schema)


def test_schemas_with_the_same_names_and_other_limits_are_not_equal():
    wider = FeatureSchema((Feature("GrLivArea", "integer", "Living area.", maximum=1),))

    assert wider != FeatureSchema((AREA,))


@pytest.mark.parametrize(
    ("options", "says"),
    [({"kind": "text"}, "kind 'text'"), ({"kind": "number", "missing": "maybe"}, "missing")],
)
def test_a_feature_that_makes_no_sense_is_refused(options, says):
    with pytest.raises(ValueError, match=says):
        Feature("Colour", description="Colour.", **options)


def test_codes_with_a_blank_are_known_in_quotes_too():
    codes = Feature("MSZoning", "category", "Zone.", categories=("RL", "C (all)")).codes

    assert codes["C (all)"] == codes["'C (all)'"] == 1.0
    assert "'RL'" not in codes


@pytest.mark.parametrize("code", ["NA", "", " RL"])
def test_a_code_that_no_cell_is_ever_read_as_is_refused(code):
    with pytest.raises(ValueError, match="no cell is ever read as"):
        Feature("MSZoning", "category", "Zone.", categories=("RM", code))
