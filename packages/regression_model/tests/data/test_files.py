import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from regression_model import HOUSES
from regression_model.data import read_table

HEAD = "Id,Neighborhood,OverallQual,YearBuilt,GrLivArea,YrSold,Remarks\n"


@pytest.fixture
def read(tmp_path):
    def read(text: str, encoding: str = "utf-8"):
        path = tmp_path / "houses.csv"
        path.write_bytes(text.encode(encoding))
        return read_table(path, HOUSES)

    return read


def test_numbers_are_numbers_and_an_id_stays_the_text_it_was(read):
    table = read(HEAD + "0001,NAmes,5,1961,1200,2008,a\nA-2,NAmes,5,1961,1.2e3,2008,b\n")

    assert table["Id"].tolist() == ["0001", "A-2"]
    assert table["GrLivArea"].tolist() == [1200, 1200]
    assert table["GrLivArea"].dtype.kind in "if"
    assert "Remarks" not in table


def test_a_text_among_numbers_stays_for_the_schema_to_judge(read):
    table = read(HEAD + "1,NAmes,5,1961,1200,2008,a\n2,NAmes,5,1961,big,2008,b\n")

    assert table["GrLivArea"].tolist() == [1200, "big"]


@pytest.mark.parametrize("gap", ["", "NA", " ", '"NA"', '" "'])
def test_a_gap_is_missing_however_it_is_written(read, gap):
    table = read(HEAD + f"1,{gap},5,1961,{gap},2008,a\n2,NAmes,5,1961,1200,2008,a\n")

    assert table["Neighborhood"].isna().tolist() == [True, False]
    assert np.isnan(table["GrLivArea"][0])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_line_ends_and_a_mark_at_the_beginning_do_not_matter(read, end, encoding):
    text = HEAD + '1,NAmes,5,1961,1200,2008,"two, and\nlines"\n2,NAmes,5,1961,1300,2008,\n'

    table = read(text.replace("\n", end), encoding)

    assert table["Id"].tolist() == ["1", "2"]
    assert table["GrLivArea"].tolist() == [1200, 1300]


def test_a_file_of_another_encoding_is_read_where_only_unknown_columns_show_it(read):
    table = read(HEAD + "1,NAmes,5,1961,1200,2008,Größe\n", "latin-1")

    assert table["GrLivArea"].tolist() == [1200]


def test_parquet_keeps_its_types_and_may_hold_numbers_as_text(tmp_path):
    houses = pd.DataFrame({"Id": [7], "GrLivArea": ["1200"], "Neighborhood": ["NAmes"]})
    houses = houses.assign(OverallQual=np.int8(5), YearBuilt=1961.0, YrSold="2008")
    parquet.write_table(pa.Table.from_pandas(houses), tmp_path / "houses.parquet")

    table = read_table(tmp_path / "houses.parquet", HOUSES)

    assert table["Id"].tolist() == [7]
    assert table[["GrLivArea", "YrSold"]].values.tolist() == [[1200, 2008]]
