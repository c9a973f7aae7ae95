"""What may cross from a learner's process to the grader: data, and nothing that runs.

A message is one JSON document and the binary blobs that it refers to by number (arrays as npy
without pickles, tables as Arrow). What JSON has no word for is an object with the key `$`.
Decoding trusts nothing: whatever does not fit raises `SerializationError`, and no declared size is
believed before the bytes for it are seen.
"""

from __future__ import annotations

import datetime
import io
import json
import math
import struct
import sys
from collections.abc import Callable, Mapping
from typing import Any

LARGEST_MESSAGE = 64 * 2**20  # bytes
LARGEST_UNPACKED = 4 * LARGEST_MESSAGE
LARGEST_TABLE = 50_000_000  # cells; a null column claims any length without a byte behind it
TAG = "$"
_SIZE = struct.Struct("!I")


class SerializationError(ValueError):
    """The bytes are no message of ours."""


class NotDataError(TypeError):
    """The value is not data: it could only be sent by running code on the other side."""


def encode(value: Any) -> bytes:
    """Return `value` as bytes that `decode` takes back.

    Parameters
    ----------
    value : object
        JSON scalars and containers, tuples, sets, bytes, complex numbers, dates and times, NumPy
        arrays and scalars, pandas tables, columns, indexes and timestamps; nested as you like.

    Raises
    ------
    NotDataError
        There is something else in it; the message names its type.
    """
    blobs: list[bytes] = []
    try:
        document = json.dumps(_Encoder(blobs).encode(value)).encode("ascii")
    except (RecursionError, ValueError) as error:  # a list within itself; an int of 5,000 digits
        raise NotDataError(str(error)) from error
    parts = [_SIZE.pack(len(document)), document]
    for blob in blobs:
        parts += [_SIZE.pack(len(blob)), blob]
    return b"".join(parts)


def decode(message: bytes) -> Any:
    """Return the value that `encode` was given.

    Raises
    ------
    SerializationError
        The bytes are no such message.
    """
    try:
        document, *blobs = _split(message)
        return _Decoder(blobs).decode(json.loads(document))
    except SerializationError:
        raise
    except Exception as error:  # whatever NumPy, Arrow or pandas say of forged bytes
        raise SerializationError(f"{type(error).__name__}: {error}"[:200]) from error


def _split(message: bytes) -> list[bytes]:
    """Cut a message into its length-prefixed parts."""
    if len(message) > LARGEST_MESSAGE:
        raise SerializationError(
            f"{len(message):,} bytes are more than the {LARGEST_MESSAGE:,} allowed"
        )
    parts, at = [], 0
    while at < len(message):
        (size,) = _SIZE.unpack_from(message, at)
        at += _SIZE.size + size
        if at > len(message):
            raise SerializationError("the message ends too early")
        parts.append(message[at - size : at])
    return parts


class _Encoder:
    """Turns values into what JSON can say, and puts the rest into `blobs`."""

    def __init__(self, blobs: list[bytes]):
        self.blobs = blobs

    def encode(self, value: Any) -> Any:
        # subclasses (np.float64 is a float, an enum an int) become their plain base
        if value is None or isinstance(value, bool):
            return value
        for base, plain in ((int, int.__int__), (float, float.__float__), (str, str.__str__)):
            if isinstance(value, base) and not _is_numpy(value):
                return plain(value)
        if isinstance(value, list):
            return [self.encode(item) for item in value]
        if isinstance(value, dict):
            return self._mapping(value)
        return self._tagged(value)

    def _mapping(self, value: Mapping[Any, Any]) -> Any:
        if TAG not in value and all(isinstance(key, str) for key in value):
            return {key: self.encode(item) for key, item in value.items()}
        return self._tag("dict", [[self.encode(k), self.encode(v)] for k, v in value.items()])

    def _tagged(self, value: Any) -> Any:
        if isinstance(value, tuple | set | frozenset):
            kind = next(t for t in (tuple, set, frozenset) if isinstance(value, t))
            return self._tag(kind.__name__, [self.encode(item) for item in value])
        if isinstance(value, bytes | bytearray | memoryview):
            return self._tag("bytes", self._blob(bytes(value)))
        if isinstance(value, complex) and not _is_numpy(value):
            return self._tag("complex", [value.real, value.imag])
        for module, encoder in (("pandas", self._pandas), ("numpy", self._numpy)):
            # a library that was never imported cannot have made the value
            if (library := sys.modules.get(module)) and (found := encoder(library, value)):
                return found
        return self._moment(value)

    def _moment(self, value: Any) -> Any:
        if isinstance(value, datetime.timedelta):
            return self._tag("timedelta", [value.days, value.seconds, value.microseconds])
        for kind in (datetime.datetime, datetime.date, datetime.time):
            if isinstance(value, kind):
                return self._tag(kind.__name__, value.isoformat())
        raise NotDataError(f"{type(value).__module__}.{type(value).__qualname__}")

    def _numpy(self, numpy: Any, value: Any) -> Any:
        if isinstance(value, numpy.generic):
            return self._tag("scalar", self._array(numpy, numpy.asarray(value)))
        if isinstance(value, numpy.ndarray):
            return self._array(numpy, value)
        return None

    def _array(self, numpy: Any, value: Any) -> Any:
        if value.dtype.hasobject:
            items = [self.encode(item) for item in value.ravel().tolist()]
            return self._tag("objects", [list(value.shape), items])
        file = io.BytesIO()
        numpy.lib.format.write_array(file, numpy.asarray(value), allow_pickle=False)
        return self._tag("array", self._blob(file.getvalue()))

    def _pandas(self, pandas: Any, value: Any) -> Any:
        if value is pandas.NaT or value is pandas.NA:
            return self._tag("missing", "NaT" if value is pandas.NaT else "NA")
        if isinstance(value, pandas.Timestamp | pandas.Timedelta):
            return self._tag("moments", self._table(pandas, pandas.Series([value]).to_frame()))
        if isinstance(value, pandas.Index):
            return self._tag("index", self._table(pandas, pandas.DataFrame(index=value)))
        if isinstance(value, pandas.Series):
            name = self.encode(value.name)
            return self._tag("series", [name, self._table(pandas, value.to_frame(name="0"))])
        if isinstance(value, pandas.DataFrame):
            return self._table(pandas, value)
        return None

    def _table(self, pandas: Any, frame: Any) -> Any:
        """Send a table as Arrow, with labels and mixed columns, which Arrow has not, beside it."""
        import pyarrow  # pylint: disable=import-outside-toplevel  # only tables pay for it

        labels = [self.encode(label) for label in frame.columns]
        names = [self.encode(name) for name in frame.columns.names]
        plain = frame.set_axis([str(n) for n in range(len(labels))], axis="columns")
        mixed = {}
        for name in plain.columns:
            try:
                pyarrow.array(plain[name], from_pandas=True)
            except (pyarrow.ArrowException, TypeError):
                mixed[name] = [self.encode(item) for item in plain[name].tolist()]
        sent = plain.drop(columns=list(mixed))
        table = pyarrow.Table.from_pandas(sent, preserve_index=True, nthreads=1)
        sink = pyarrow.BufferOutputStream()
        with pyarrow.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
        multi = isinstance(frame.columns, pandas.MultiIndex)
        blob = self._blob(sink.getvalue().to_pybytes())
        return self._tag("table", [blob, labels, names, multi, mixed])

    def _blob(self, content: bytes) -> int:
        self.blobs.append(content)
        return len(self.blobs) - 1

    @staticmethod
    def _tag(kind: str, content: Any) -> dict[str, Any]:
        return {TAG: kind, "of": content}


class _Decoder:
    """The way back. Anything odd may raise anything, of which `decode` makes one error."""

    def __init__(self, blobs: list[bytes]):
        self.blobs = blobs

    def decode(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.decode(item) for item in value]
        if not isinstance(value, dict):
            return value
        if TAG not in value:
            return {key: self.decode(item) for key, item in value.items()}
        return self._kinds[value[TAG]](self, value["of"])

    def _array(self, number: int) -> Any:
        import numpy  # pylint: disable=import-outside-toplevel  # only arrays pay for it

        file = io.BytesIO(self.blobs[number])
        if numpy.lib.format.read_magic(file) != (1, 0):
            raise SerializationError("an array in a format that we do not write")
        shape, fortran, dtype = numpy.lib.format.read_array_header_1_0(file)
        content = file.read()
        if dtype.hasobject or math.prod(shape) * dtype.itemsize != len(content):
            raise SerializationError("an array whose size is not what it says")
        flat = numpy.frombuffer(bytearray(content), dtype)
        return flat.reshape(shape, order="F" if fortran else "C")

    def _objects(self, content: Any) -> Any:
        import numpy  # pylint: disable=import-outside-toplevel

        shape, items = content
        array = numpy.empty(len(items), dtype=object)
        array[:] = [self.decode(item) for item in items]
        return array.reshape(shape)

    def _scalar(self, content: Any) -> Any:
        return self.decode(content)[()]

    def _table(self, content: Any) -> Any:
        import pandas  # pylint: disable=import-outside-toplevel  # only tables pay for it

        number, labels, names, multi, mixed = content
        frame = _read_arrow(self.blobs[number])
        for name, items in mixed.items():
            frame[name] = pandas.Series(self.decode(items), dtype=object).set_axis(frame.index)
        frame = frame[[str(n) for n in range(len(labels))]]
        labels, names = self.decode(labels), self.decode(names)
        if multi:
            columns = pandas.MultiIndex.from_tuples(labels, names=names)
        else:
            columns = pandas.Index(labels, name=names[0], dtype=None if labels else object)
        return frame.set_axis(columns, axis="columns")

    def _series(self, content: Any) -> Any:
        name, table = content
        return self.decode(table).iloc[:, 0].rename(self.decode(name))

    def _missing(self, content: Any) -> Any:
        import pandas  # pylint: disable=import-outside-toplevel

        return {"NaT": pandas.NaT, "NA": pandas.NA}[content]

    _kinds: dict[str, Callable[[_Decoder, Any], Any]] = {
        "tuple": lambda self, content: tuple(self.decode(content)),
        "set": lambda self, content: set(self.decode(content)),
        "frozenset": lambda self, content: frozenset(self.decode(content)),
        "dict": lambda self, content: {self.decode(key): self.decode(v) for key, v in content},
        "bytes": lambda self, content: self.blobs[content],
        "complex": lambda self, content: complex(*content),
        "datetime": lambda self, content: datetime.datetime.fromisoformat(content),
        "date": lambda self, content: datetime.date.fromisoformat(content),
        "time": lambda self, content: datetime.time.fromisoformat(content),
        "timedelta": lambda self, content: datetime.timedelta(*content),
        "array": _array,
        "objects": _objects,
        "scalar": _scalar,
        "table": _table,
        "series": _series,
        "index": lambda self, content: self.decode(content).index,
        "moments": lambda self, content: self.decode(content).iloc[0, 0],
        "missing": _missing,
    }


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


def _is_numpy(value: Any) -> bool:
    return type(value).__module__ == "numpy"
