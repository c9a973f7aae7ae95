import datetime
import enum
import pickle

import numpy as np
import pandas as pd
import pyarrow
import pytest

from sandbox import serialization
from sandbox.serialization import NotDataError, SerializationError, decode, encode


class Colour(enum.IntEnum):
    RED = 1


PLAIN = [
    *(None, True, 1, -(10**30), 2.5, "né", "", [1, [2, []]], {"a": {"b": None}}, {}),
    *({1: 2, (1, 2): "x"}, {"$": 1}, (1, (2,)), {1, 2}, frozenset([1]), b"\0\xff", 1j),
    *(float("inf"), -0.0),
    *(datetime.date(2020, 1, 2), datetime.time(3, 4), datetime.timedelta(1, 2, 3)),
    datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc),
    *(np.float64(1.5), np.int8(3), np.bool_(True), np.str_("x"), np.complex128(1j)),
    np.datetime64("2020-01-01"),
    *(pd.Timestamp("2020-01-01", tz="UTC"), pd.Timedelta("1h"), pd.NaT, pd.NA),
]


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_a_value_comes_back_as_it_was(value):
    again = decode(encode(value))

    assert type(again) is type(value)
    assert repr(again) == repr(value)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array(3),
        np.empty((0, 4)),
        np.array(["a", None, 1], dtype=object),
        np.array([(1, 2.0)], dtype="i4,f8"),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
    ],
    ids=lambda each: str(getattr(each, "dtype", each)),
)
def test_an_array_comes_back_with_shape_and_type(array):
    again = decode(encode(array))

    assert (again.shape, again.dtype) == (array.shape, array.dtype)
    assert again.tolist() == array.tolist()
    again.flags.writeable = True


SALES = pd.DataFrame(
    {
        "year": [1990, 2000],
        "street": ["Pave", None],
        "zone": pd.Categorical(["RL", "RM"]),
        "sold": pd.to_datetime(["2020-01-01", "2021-01-01"]),
        "rooms": pd.array([1, None], dtype="Int64"),
        "mixed": [1, "z"],
    },
    index=pd.Index([5, 7], name="Id"),
)


@pytest.mark.parametrize(
    "table",
    [
        SALES,
        SALES.iloc[:0].drop(columns="zone"),
        pd.DataFrame(index=[1, 2]),
        SALES.set_axis(["a"] * 6, axis=1),
        SALES.set_axis(
            pd.MultiIndex.from_product([["x", "y"], [1, 2, 3]], names=["p", None]), axis=1
        ),
        SALES.set_index(["year", "street"]),
        pd.DataFrame(np.eye(2)),
        SALES.T,
    ],
)
def test_a_table_comes_back_with_its_labels_and_types(table):
    pd.testing.assert_frame_equal(
        decode(encode(table)), table, check_column_type="equiv" if len(table.columns) else False
    )


@pytest.mark.parametrize("column", SALES.columns)
def test_a_column_comes_back_with_its_name(column):
    pd.testing.assert_series_equal(decode(encode(SALES[column])), SALES[column])


@pytest.mark.parametrize("index", [SALES.index, pd.MultiIndex.from_tuples([(1, 2)])])
def test_an_index_comes_back(index):
    pd.testing.assert_index_equal(decode(encode(index)), index)


def test_what_belongs_to_a_plain_type_comes_back_as_that_type():
    assert not isinstance(decode(encode(Colour.RED)), Colour)
    assert decode(encode(Colour.RED)) == 1


def test_data_within_data_comes_back():
    value = {"table": SALES, "arrays": [np.arange(2), (np.float32(1),)]}

    again = decode(encode(value))

    pd.testing.assert_frame_equal(again["table"], SALES)
    assert again["arrays"][0].tolist() == [0, 1]


@pytest.mark.parametrize("value", [object(), len, [lambda: 0], {"x": Ellipsis}, serialization])
def test_what_is_no_data_is_refused_by_type(value):
    with pytest.raises(NotDataError):
        encode(value)


def test_the_type_of_what_is_no_data_is_named():
    with pytest.raises(NotDataError, match=r"builtins\.object"):
        encode([object()])


def test_a_list_within_itself_is_refused():
    endless: list = []
    endless.append(endless)

    with pytest.raises(NotDataError):
        encode(endless)


def test_an_integer_that_json_cannot_say_is_refused():
    with pytest.raises(NotDataError):
        encode(10**5000)


def message(kind, of):
    """Return a message that claims to hold a value of some kind."""
    return encode({"?": kind, "of": of}).replace(b'"?"', b'"$"')


def array(description, shape, content):
    """Return an array that claims any type and shape."""
    return message("numpy.array", [description, shape, content])


def table(content):
    """Return a table of one column, with anything in place of what Arrow wrote."""
    return message("pandas.table", [content, ["a"], [None], False, {}])


def arrow_of_nulls(length):
    """Return a table of one column that claims any length without a byte behind it."""
    sink = pyarrow.BufferOutputStream()
    batch = pyarrow.record_batch([pyarrow.nulls(length)], names=["0"])
    with pyarrow.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize(
    "forged",
    [
        b"",
        b"\0",
        b"\xff\xff\xff\xff",
        b"[1,",
        b"[" * 10**5,
        b'{"$": "numpy.array"}',
        message("code", 1),
        message("builtins.code", 1),
        message(["numpy.array"], 1),
        message("bytes", "not base64!"),
        message("bytes", 3),
        message("numpy.array", []),
        array("<f8", [10**12], b""),
        array("<f8", [2], bytes(8)),
        array("<f8", [1], bytes(9)),
        array("<f8", [1], bytes(16)),
        array("|O", [1], pickle.dumps([1])),
        array("|O", [1], bytes(8)),
        array("|O", [10**9], [1]),
        table(b"nonsense"),
        table(arrow_of_nulls(10**8)),
        message("builtins.set", [[1]]),
        message("builtins.datetime", "yesterday"),
        message("pandas.missing", ""),
    ],
    ids=range(24),
)
def test_forged_bytes_are_an_error_and_no_more(forged):
    with pytest.raises(SerializationError):
        decode(forged)


def test_a_message_that_is_too_long_is_not_even_read(monkeypatch):
    monkeypatch.setattr(serialization, "LARGEST_MESSAGE", 10)

    with pytest.raises(SerializationError, match="11 bytes are more than the 10 allowed"):
        decode(bytes(11))
