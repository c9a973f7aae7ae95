"""The compiled check: rows that are plainly right become the model's input in one go, in C.

The feature schema is compiled into a msgspec struct, which parses a row and checks names, types and
limits. This speaks only for rows that are plainly right; all others go to the marshmallow schema,
which decides and explains. It is in force only after the two were compared (`agreement`): an
engineer's edit of the marshmallow schema is never ignored.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from itertools import chain
from typing import Annotated, Any

import msgspec
import numpy as np
import orjson
from regression_model import EncodedRows, Feature, FeatureSchema, Model

from ml_api.production.agreement import find_difference
from ml_api.validation.row_schema import LONGEST_TEXT
from ml_api.validation.rows import CheckedRows, SchemaCheck

LOG = logging.getLogger("ml_api.check")
COMPACT_FROM = 10  # rows: names and all, a request of many takes longer to keep than to price
UNKNOWN = -1.0  # how the model takes a category that it does not know


class _NotPlain(ValueError):
    """A value that the schema has to look at."""


_REFUSALS = (msgspec.DecodeError, UnicodeError, RecursionError, TypeError, _NotPlain)


class CompiledCheck:
    """Checks plainly right rows by itself, and leaves all others to the schema.

    Parameters
    ----------
    plain : SchemaCheck
        The plain check.
    """

    def __init__(self, plain: SchemaCheck):
        self._plain = plain
        self._features: FeatureSchema | None = None
        self._rows: CompiledRows | None = None
        self._trouble: str | None = None

    def prepare(self, model: Model) -> threading.Thread:
        """Compile the schema of a model, and compare it in a thread of its own, which is returned.

        Until that has ended well, the schema alone decides.
        """
        self._features, self._rows, self._trouble = model.schema, None, None
        comparing = threading.Thread(
            target=self._compare, name="compare", args=[model], daemon=True
        )
        comparing.start()
        return comparing

    def _compare(self, model: Model) -> None:
        """Put the compiled check in force if it agrees with the schema on generated rows."""
        try:
            rows = CompiledRows(model.schema)
            difference = find_difference(rows.read, self._plain.schema_of(model), model.schema)
        # pylint: disable-next=broad-exception-caught
        except Exception as error:  # whatever an edited schema does
            difference = repr(error)
        if self._features is not model.schema:
            return  # another model serves by now
        if difference:
            self._trouble = f"The compiled check is left out: {difference}"
            LOG.warning(self._trouble)
        else:
            self._rows = rows

    def check_body(self, body: bytes, model: Model) -> CheckedRows:
        """Check the rows of a JSON list; see `SchemaCheck`."""
        if self._rows and self._features is model.schema:
            checked = self._rows.read(body)
            if checked and checked.count <= self._plain.most_rows:
                return checked
        return self._plain.check_body(body, model)

    def check_lines(self, lines: list[bytes | None], model: Model) -> CheckedRows:
        """Check rows given one a line; see `SchemaCheck`."""
        checked = None
        if self._rows and self._features is model.schema:
            checked = self._rows.read_lines(lines)
        return checked or self._plain.check_lines(lines, model)

    def trouble(self) -> str | None:
        """Say why the compiled check is not in force."""
        return self._trouble


class _Codes(dict):
    """Category to number; a plain word that is not listed is unknown to the model."""

    def __missing__(self, value: Any) -> float:
        if isinstance(value, float):
            plain = value.is_integer()
        else:
            # "NA", blanks and quotes mean something: they are for the schema
            plain = value is not None and value.isalnum() and value != "NA"
            plain = plain and len(value) <= LONGEST_TEXT
        if not plain:
            raise _NotPlain
        return UNKNOWN


class CompiledRows:
    """The feature schema, compiled.

    Parameters
    ----------
    features : FeatureSchema
        What a row may hold.
    """

    def __init__(self, features: FeatureSchema):
        # numbers first: what follows them up to the width is looked up, category by category
        ordered = sorted(features, key=lambda feature: feature.is_category)
        house = _struct(ordered, features.carried)
        self._width = len(ordered)
        self._numbers = sum(not feature.is_category for feature in ordered)
        self._codes = [_codes(feature) for feature in ordered[self._numbers :]]
        self._order = [ordered.index(feature) for feature in features]
        self._names = [*(feature.name for feature in ordered), *features.carried]
        self._decode_list = msgspec.json.Decoder(list[house]).decode  # type: ignore[valid-type]
        self._decode_line = msgspec.json.Decoder(house).decode

    def read(self, body: bytes) -> CheckedRows | None:
        """Check a JSON list of rows; None when the schema has to look at it."""
        try:
            return self._checked(self._decode_list(body))
        except _REFUSALS:
            return None

    def read_lines(self, lines: list[bytes | None]) -> CheckedRows | None:
        """Check rows given one a line; None when the schema has to look at them."""
        try:
            return self._checked([self._decode_line(line) for line in lines])
        except _REFUSALS:
            return None

    def _checked(self, rows: list[msgspec.Struct]) -> CheckedRows | None:
        if not rows:
            return None
        columns = list(zip(*map(msgspec.structs.astuple, rows)))
        kept = self._compact(columns) if len(rows) >= COMPACT_FROM else None
        return CheckedRows(len(rows), EncodedRows(self._encode(columns)), {}, kept)

    def _encode(self, columns: list[tuple]) -> np.ndarray:
        """Turn columns into the model's input, of shape (rows, features)."""
        coded: list[Iterable] = list(columns[: self._numbers])
        for codes, column in zip(self._codes, columns[self._numbers : self._width]):
            coded.append(map(codes.__getitem__, column))
        cells = chain.from_iterable(coded[place] for place in self._order)
        matrix = np.fromiter(cells, np.float32, self._width * len(columns[0]))
        return matrix.reshape(self._width, -1).T

    def _compact(self, columns: list[tuple]) -> str:
        """Write the rows column by column, as `read_records` reads them, each name once."""
        named = zip(self._names, columns, strict=True)
        given = {name: cells for name, cells in named if any(cell is not None for cell in cells)}
        return orjson.dumps({"fields": list(given), "columns": list(given.values())}).decode()


def _struct(features: list[Feature], carried: tuple[str, ...]) -> type[msgspec.Struct]:
    """Compile the names, types and limits of a row."""
    fields: list[Any] = []
    for index, feature in enumerate(features):
        kind = _kind(feature)
        fields.append((f"f{index}", kind) if feature.required else (f"f{index}", kind | None, None))
    # lists and objects in a carried column are left to the schema, whose parser limits nesting
    fields += [
        (f"c{index}", str | int | float | bool | None, None) for index in range(len(carried))
    ]
    names = [feature.name for feature in features] + list(carried)
    return msgspec.defstruct(
        "House",
        fields,
        rename=dict(zip((field[0] for field in fields), names, strict=True)),
        kw_only=True,
        forbid_unknown_fields=True,
        gc=False,
    )


def _kind(feature: Feature) -> Any:
    if feature.is_category:
        return float if feature.has_integer_codes else str
    limits = {"ge": feature.minimum, "le": feature.maximum}
    # a whole number may come as 1500.0, so its type is float as well
    limits["multiple_of"] = 1 if feature.kind == "integer" else None
    return Annotated[float, msgspec.Meta(**limits)]


def _codes(feature: Feature) -> _Codes:
    codes = _Codes({code: float(index) for index, code in enumerate(feature.categories)})
    if not feature.required:
        codes[None] = float("nan")
    return codes
