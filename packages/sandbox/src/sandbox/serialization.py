"""What may cross from a learner's process to the grader: data, and nothing that runs.

A message is one JSON document. What JSON has no word for is an object with the key `$`: the kind of
the value, and `of`, what it is made of (bytes are base64, arrays their bytes, tables Arrow).
Decoding trusts nothing: whatever does not fit raises `SerializationError`, and no declared size is
believed before the bytes for it are seen.
"""

import base64
import datetime
import functools
import json
import sys
from collections.abc import Callable
from typing import Any

LARGEST_MESSAGE = 96 * 2**20  # bytes: 64 MB of data
LARGEST_UNPACKED = 256 * 2**20
LARGEST_TABLE = 50_000_000  # cells; a null column claims any length without a byte behind it
TAG = "$"
# of which type a kind of value is, what simpler value it is sent as, and how it is made of that
Kind = tuple[Any, Callable[[Any], Any], Callable[[Any], Any]]


class SerializationError(ValueError):
    """The bytes are no message of ours."""


class NotDataError(TypeError):
    """The value is not data: it could only be sent by running code on the other side."""


def encode(value: Any) -> bytes:
    """Return `value` as bytes that `decode` takes back.

    It may be JSON scalars and containers, tuples, sets, bytes, complex numbers, dates and times,
    NumPy arrays and scalars, pandas tables, columns, indexes and timestamps; nested as you like.
    NotDataError names the type of anything else in it.
    """
    try:
        return json.dumps(_simplify(value)).encode("ascii")
    except (RecursionError, ValueError) as error:  # a list within itself; an int of 5,000 digits
        raise NotDataError(str(error)) from error


def decode(message: bytes) -> Any:
    """Return the value that `encode` was given; SerializationError says that it was not."""
    if len(message) > LARGEST_MESSAGE:
        size = f"{len(message):,} bytes are more than the {LARGEST_MESSAGE:,} allowed"
        raise SerializationError(size)
    try:
        return _restore(json.loads(message))
    except Exception as error:  # whatever NumPy, Arrow or pandas say of forged bytes
        raise SerializationError(f"{type(error).__name__}: {error}"[:200]) from error


def _simplify(value: Any) -> Any:
    """Return what JSON can say of a value."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, list):
        return [_simplify(item) for item in value]
    if isinstance(value, dict) and TAG not in value and all(isinstance(key, str) for key in value):
        return {key: _simplify(item) for key, item in value.items()}
    if isinstance(value, bytes | bytearray | memoryview):
        return {TAG: "bytes", "of": base64.b64encode(value).decode("ascii")}
    # a library that was never imported cannot have made the value
    for library in filter(sys.modules.get, KINDS):
        for name, (types, pack, _) in KINDS[library]().items():
            if isinstance(value, types):
                return {TAG: f"{library}.{name}", "of": _simplify(pack(value))}
    # what is derived from a plain type, as an enum may be, becomes that type
    for base, plain in ((int, int.__int__), (float, float.__float__), (str, str.__str__)):
        if isinstance(value, base):
            return plain(value)
    raise NotDataError(f"{type(value).__module__}.{type(value).__qualname__}")


def _restore(value: Any) -> Any:
    """Go the way back. Anything odd may raise anything, of which `decode` makes one error."""
    if isinstance(value, list):
        return [_restore(item) for item in value]
    if not isinstance(value, dict):
        return value
    if TAG not in value:
        return {key: _restore(item) for key, item in value.items()}
    if value[TAG] == "bytes":
        return base64.b64decode(value["of"], validate=True)
    library, _, name = value[TAG].partition(".")
    _, _, unpack = KINDS[library]()[name]
    return unpack(_restore(value["of"]))


def _python_kinds() -> dict[str, Kind]:
    delta = datetime.timedelta
    moments = (datetime.datetime, datetime.date, datetime.time)  # a datetime is a date, too
    return {
        "tuple": (tuple, list, tuple),
        "set": (set, list, set),
        "frozenset": (frozenset, list, frozenset),
        "dict": (dict, lambda value: [list(pair) for pair in value.items()], dict),
        "complex": (complex, lambda value: [value.real, value.imag], lambda of: complex(*of)),
        "delta": (delta, lambda v: [v.days, v.seconds, v.microseconds], lambda of: delta(*of)),
        **{kind.__name__: (kind, kind.isoformat, kind.fromisoformat) for kind in moments},
    }


@functools.cache
def _numpy_kinds() -> dict[str, Kind]:
    import numpy  # pylint: disable=import-outside-toplevel  # only arrays pay for it

    def pack(array: Any) -> Any:
        content = array.ravel().tolist() if array.dtype.hasobject else array.tobytes()
        return [numpy.lib.format.dtype_to_descr(array.dtype), list(array.shape), content]

    def unpack(of: Any) -> Any:
        description, shape, content = of
        if isinstance(content, bytes):
            dtype = numpy.lib.format.descr_to_dtype(description)
            # which refuses objects, and bytes that are no whole number of items
            return numpy.frombuffer(bytearray(content), dtype).reshape(shape)
        array = numpy.empty(len(content), dtype=object)
        array[:] = content
        return array.reshape(shape)

    return {
        "scalar": (numpy.generic, numpy.asarray, lambda array: array[()]),
        "array": (numpy.ndarray, pack, unpack),
    }


@functools.cache
def _pandas_kinds() -> dict[str, Kind]:
    import pandas  # pylint: disable=import-outside-toplevel  # only tables pay for it

    def pack(frame: Any) -> Any:
        """Send a table as Arrow, with labels and mixed columns, which Arrow has not, beside it."""
        plain = frame.set_axis([str(n) for n in range(frame.shape[1])], axis="columns")
        mixed = {name: plain[name].tolist() for name in plain if not _has_arrow(plain[name])}
        content = _write_arrow(plain.drop(columns=list(mixed)))
        multi = isinstance(frame.columns, pandas.MultiIndex)
        return [content, list(frame.columns), list(frame.columns.names), multi, mixed]

    def unpack(of: Any) -> Any:
        content, labels, names, multi, mixed = of
        frame = _read_arrow(content)
        for name, items in mixed.items():
            frame[name] = pandas.Series(items, dtype=object).set_axis(frame.index)
        frame = frame[[str(n) for n in range(len(labels))]]
        if multi:
            columns = pandas.MultiIndex.from_tuples(labels, names=names)
        else:
            columns = pandas.Index(labels, name=names[0], dtype=None if labels else object)
        return frame.set_axis(columns, axis="columns")

    moments = (pandas.Timestamp, pandas.Timedelta)
    return {
        "NaT": (type(pandas.NaT), str, lambda of: pandas.NaT),
        "NA": (type(pandas.NA), str, lambda of: pandas.NA),
        "moment": (moments, lambda v: pandas.DataFrame([v]), lambda table: table.iloc[0, 0]),
        "index": (pandas.Index, lambda v: pandas.DataFrame(index=v), lambda table: table.index),
        "series": (
            pandas.Series,
            lambda value: [value.name, value.to_frame(name="0")],
            lambda of: of[1].iloc[:, 0].rename(of[0]),
        ),
        "table": (pandas.DataFrame, pack, unpack),
    }


# Python last: a type of NumPy or pandas may be derived from one of its own
KINDS = {"pandas": _pandas_kinds, "numpy": _numpy_kinds, "builtins": _python_kinds}


def _has_arrow(column: Any) -> bool:
    import pyarrow  # pylint: disable=import-outside-toplevel  # only tables pay for it

    try:
        pyarrow.array(column, from_pandas=True)
    except (pyarrow.ArrowException, TypeError):
        return False
    return True


def _write_arrow(frame: Any) -> bytes:
    import pyarrow  # pylint: disable=import-outside-toplevel

    table = pyarrow.Table.from_pandas(frame, preserve_index=True, nthreads=1)
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()


def _read_arrow(content: bytes) -> Any:
    """Read a table batch by batch: few compressed bytes may announce more than fits."""
    import pyarrow  # pylint: disable=import-outside-toplevel

    stream = pyarrow.ipc.open_stream(content)
    batches, cells, size = [], 0, 0
    for batch in stream:
        batches.append(batch)
        cells += batch.num_rows * max(batch.num_columns, 1)
        size += batch.nbytes
        if cells > LARGEST_TABLE or size > LARGEST_UNPACKED:
            raise SerializationError("a table that is too large")
    return pyarrow.Table.from_batches(batches, stream.schema).to_pandas(use_threads=False)
