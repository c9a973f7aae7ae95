from regression_model import HOUSES

REQUIRED = ("Neighborhood", "OverallQual", "YearBuilt", "GrLivArea", "YrSold")


def test_there_are_79_features_each_with_a_sentence():
    assert len(set(HOUSES.names)) == 79
    assert all(feature.description.endswith(".") for feature in HOUSES)
    assert HOUSES.carried == ("Id", "SalePrice")


def test_five_features_are_required():
    assert HOUSES.required == REQUIRED


def test_every_number_has_limits_and_every_code_a_label():
    for feature in HOUSES:
        if feature.is_category:
            assert tuple(feature.labels) == feature.categories
        else:
            assert feature.minimum < feature.maximum


def test_limits_refuse_what_cannot_be_a_house():
    assert HOUSES["GrLivArea"].minimum > 0
    assert HOUSES["YearBuilt"].maximum < 20_000
    assert HOUSES["LotArea"].maximum < 1e308
    assert (HOUSES["MoSold"].minimum, HOUSES["MoSold"].maximum) == (1, 12)


def test_grades_go_from_worst_to_best():
    assert HOUSES["KitchenQual"].categories == ("Po", "Fa", "TA", "Gd", "Ex")


def test_the_dwelling_is_a_code_though_it_looks_like_a_number():
    assert HOUSES["MSSubClass"].has_integer_codes
    assert "MSSubClass" not in HOUSES.numbers


def test_an_empty_cell_means_none_for_what_a_house_may_lack():
    none = {feature.name for feature in HOUSES if feature.missing == "none"}

    assert {"Alley", "PoolQC", "GarageType", "GarageYrBlt", "BsmtQual", "Fence"} <= none
    assert not none & {"LotFrontage", "MasVnrArea", "MasVnrType", "Electrical"}
