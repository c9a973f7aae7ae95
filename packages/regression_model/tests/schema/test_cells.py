import pytest
from regression_model import clean_text
from regression_model.schema import number_in


@pytest.mark.parametrize("text", ["", "NA", " ", "\tNA\n", "\u00a0", "\u3000NA"])
def test_blank_cells_and_na_are_missing(text):
    assert clean_text(text) is None


@pytest.mark.parametrize("text", ["na", "N A", "None", "null", "nan", "N/A", "-"])
def test_nothing_else_is_missing(text):
    assert clean_text(f" {text}\r\n") == text


@pytest.mark.parametrize(
    ("text", "number"),
    [("1710", 1710), (" +5.", 5), ("-.5e1", -5), ("65.5", 65.5), ("0001", 1), ("1e3", 1000)],
)
def test_a_number_in_a_text_is_found(text, number):
    assert number_in(text) == number


@pytest.mark.parametrize("text", ["", "NA", "1_710", "nan", "inf", "0x1F", "1,5", "٣", "1 2", "+"])
def test_a_text_that_says_no_number_stays(text):
    assert number_in(text) == text
    assert isinstance(number_in(text), str)


def test_a_number_too_large_to_be_whole_is_still_a_number():
    assert number_in("9" * 400) == float("inf")
    assert number_in("9" * 30) == 1e30
