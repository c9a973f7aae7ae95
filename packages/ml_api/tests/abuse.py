"""Requests that are bad or odd, and what each gets: a table, so that a new one is one line.

Every request goes to the application and to a real gunicorn, in every mode. Whatever is asked, the
answer is never a 5xx, has one prediction for each row, and holds no number that is not finite.
"""

from __future__ import annotations

from typing import NamedTuple

import orjson

PREDICT = "/v1/predict/regression"
BATCH = PREDICT + "/batch"
JSON = {"Content-Type": "application/json"}
GOOD = {
    "OverallQual": 6,
    "GrLivArea": 1500,
    "YearBuilt": 1990,
    "YrSold": 2008,
    "Neighborhood": "NAmes",
}


class Abuse(NamedTuple):
    """A request, the status it gets, and words that the answer must hold."""

    name: str
    status: int
    says: str
    body: bytes = b""
    method: str = "POST"
    path: str = PREDICT
    headers: dict[str, str] = JSON  # pylint: disable=dangerous-default-value  # never changed


def rows(*rows) -> bytes:
    """Write rows as a request body."""
    return orjson.dumps(rows)


def with_value(field: str, literal: str) -> bytes:
    """Write one good row with a value that is given as JSON text."""
    good = orjson.dumps({name: value for name, value in GOOD.items() if name != field}).decode()
    return f'[{good[:-1]},"{field}":{literal}}}]'.encode()


def value_is(name: str, field: str, literal: str, status: int, says: str) -> Abuse:
    """Make the case of one value in an otherwise good row."""
    return Abuse(name, status, says, with_value(field, literal))


NO_INTEGER = "Not a valid integer."
NO_NUMBER = "Not a valid number."
NO_NULL = "Field may not be null."
NO_STRING = "Not a valid string."
NO_JSON = "not valid JSON"
NO_LIST = "must be a list of rows"
NO_TYPE = "Content-Type: application/json"
PRICED = '"errors":{}'
NOT_HERE = "nothing at this address"
NO_METHOD = "does not take that method"

BODIES = [
    Abuse("nothing at all", 400, NO_JSON),
    Abuse("spaces", 400, NO_JSON, b"   \n\t "),
    Abuse("a word", 400, NO_JSON, b"hello"),
    Abuse("an object", 400, NO_LIST, orjson.dumps(GOOD)),
    Abuse("rows under a name", 400, NO_LIST, orjson.dumps({"rows": [GOOD]})),
    Abuse("null", 400, NO_LIST, b"null"),
    Abuse("true", 400, NO_LIST, b"true"),
    Abuse("a number", 400, NO_LIST, b"17"),
    Abuse("a string", 400, NO_LIST, b'"rows"'),
    Abuse("cut short", 400, NO_JSON, rows(GOOD)[:-5]),
    Abuse("more after the end", 400, NO_JSON, rows(GOOD) + b"]"),
    Abuse("two documents", 400, NO_JSON, rows(GOOD) + b"\n" + rows(GOOD)),
    Abuse("a trailing comma", 400, NO_JSON, rows(GOOD)[:-1] + b",]"),
    Abuse("single quotes", 400, NO_JSON, b"[{'GrLivArea': 1500}]"),
    Abuse("a comment", 400, NO_JSON, b"[/* none */]"),
    Abuse("a form", 400, NO_JSON, b"GrLivArea=1500&YrSold=2008"),
    Abuse("a byte order mark", 400, NO_JSON, b"\xef\xbb\xbf" + rows(GOOD)),
    Abuse("UTF-16", 400, NO_JSON, rows(GOOD).decode().encode("utf-16")),
    Abuse("invalid UTF-8", 400, NO_JSON, b'[{"Neighborhood":"\xff\xfe"}]'),
    Abuse("an overlong UTF-8 zero", 400, NO_JSON, b'[{"Neighborhood":"\xc0\x80"}]'),
    Abuse("half a surrogate pair", 400, NO_JSON, b'[{"Neighborhood":"\\ud800"}]'),
    Abuse("a zero byte", 400, NO_JSON, b"[\x00]"),
    Abuse("a line end in a string", 400, NO_JSON, b'[{"Neighborhood":"a\nb"}]'),
    Abuse("a pickle", 400, NO_JSON, b"\x80\x04\x95\x0b\x00\x00\x00\x00"),
    Abuse("a gzip", 400, NO_JSON, b"\x1f\x8b\x08\x00\x00\x00\x00\x00"),
    Abuse("100,000 open brackets", 400, NO_JSON, b"[" * 100_000),
    Abuse("100,000 nested brackets", 400, NO_JSON, b"[" * 100_000 + b"]" * 100_000),
    Abuse("100,000 nested objects", 400, NO_JSON, b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    Abuse("nested as far as is parsed", 422, "Invalid input type.", b"[" * 1000 + b"]" * 1000),
    Abuse("too many rows", 413, "1001 rows are too many", rows(*[{}] * 1001)),
    Abuse("a body over the limit", 413, "larger than 4194304 bytes", b" " * (4 * 2**20 + 1)),
]

ROWS = [
    Abuse("no rows", 422, "the list is empty", b"[]"),
    Abuse("an empty row", 422, "Missing data for required field.", b"[{}]"),
    Abuse("a null row", 422, "Invalid input type.", b"[null]"),
    Abuse("a row that is a number", 422, "Invalid input type.", b"[1]"),
    Abuse("a row that is text", 422, "Invalid input type.", b'["row"]'),
    Abuse("a row that is a list", 422, "Invalid input type.", b"[[1,2,3]]"),
    Abuse("a list in a list", 422, "Invalid input type.", b"[" + rows(GOOD) + b"]"),
    Abuse("an unknown field", 422, '"Colour":["Unknown field."]', rows(GOOD | {"Colour": "red"})),
    Abuse("an empty field name", 422, '"":["Unknown field."]', rows(GOOD | {"": 1})),
    Abuse("a field name of markup", 422, "Unknown field.", rows(GOOD | {"<script>": 1})),
    Abuse("a field named __class__", 422, "Unknown field.", rows(GOOD | {"__class__": 1})),
    Abuse("a field named _schema", 422, "Unknown field.", rows(GOOD | {"_schema": 1})),
    Abuse("a field name of another case", 422, "Unknown field.", rows(GOOD | {"grlivarea": 1})),
    Abuse("carried columns", 200, PRICED, rows(GOOD | {"Id": "x", "SalePrice": [None, {}]})),
    Abuse("a field twice, the last counts", 200, PRICED, b'[{"GrLivArea":"a",' + rows(GOOD)[2:]),
    Abuse("good beside bad", 200, '"1":{"GrLivArea"', rows(GOOD, GOOD | {"GrLivArea": "big"})),
    Abuse("good beside nothing", 200, '"errors":{"0":', rows(None, GOOD, 5)),
    Abuse("1,000 rows, one good", 200, '"999":{', rows(GOOD, *[{}] * 999)),
    Abuse("all bad", 422, "None of the rows could be priced", rows({}, [], 1)),
]

VALUES = [
    value_is("NaN", "GrLivArea", "NaN", 400, NO_JSON),
    value_is("Infinity", "GrLivArea", "Infinity", 400, NO_JSON),
    value_is("-Infinity", "GrLivArea", "-Infinity", 400, NO_JSON),
    value_is("1e400, infinite as a double", "GrLivArea", "1e400", 400, NO_JSON),
    value_is("5,000 digits", "GrLivArea", "9" * 5000, 400, NO_JSON),
    value_is("a leading zero", "GrLivArea", "01500", 400, NO_JSON),
    value_is("a plus sign", "GrLivArea", "+1500", 400, NO_JSON),
    value_is("hexadecimal", "GrLivArea", "0x5dc", 400, NO_JSON),
    value_is("10**30", "GrLivArea", "1" + "0" * 30, 422, "Must be"),
    value_is("2**64", "GrLivArea", str(2**64), 422, "Must be"),
    value_is("-2**63 - 1", "GrLivArea", str(-(2**63) - 1), 422, "Must be"),
    value_is("1e308", "GrLivArea", "1e308", 422, "Must be"),
    value_is("1e308 where a fraction may be", "LotFrontage", "1e308", 422, "Must be"),
    value_is("the smallest double", "GrLivArea", "5e-324", 422, NO_INTEGER),
    value_is("minus zero", "LotFrontage", "-0.0", 200, PRICED),
    value_is("a negative area", "GrLivArea", "-1", 422, "Must be greater than or equal to"),
    value_is("the year 20000", "YearBuilt", "20000", 422, "less than or equal to"),
    value_is("the year 0", "YrSold", "0", 422, "greater than or equal to"),
    value_is("a quality of 11", "OverallQual", "11", 422, "less than or equal to 10"),
    value_is("a fraction where none may be", "GrLivArea", "1500.5", 422, NO_INTEGER),
    value_is("a whole number with a point", "GrLivArea", "1500.0", 200, PRICED),
    value_is("a number as text", "GrLivArea", '"1500"', 422, NO_INTEGER),
    value_is("no text for a required number", "GrLivArea", '""', 422, NO_NULL),
    value_is("blanks for one", "GrLivArea", '" \\t"', 422, NO_NULL),
    value_is("NA for one", "GrLivArea", '"NA"', 422, NO_NULL),
    value_is("no text for an optional number", "GarageArea", '""', 200, PRICED),
    value_is("NA for an optional number", "LotFrontage", '" NA "', 200, PRICED),
    value_is("a number as text for an optional one", "GarageArea", '"480"', 422, NO_INTEGER),
    value_is("true for a number", "GrLivArea", "true", 422, NO_INTEGER),
    value_is("a list for a number", "GrLivArea", "[1500]", 422, NO_INTEGER),
    value_is("an object for a number", "GrLivArea", '{"$gt":0}', 422, NO_INTEGER),
    value_is("deep nesting for a number", "GrLivArea", "[" * 900 + "]" * 900, 422, NO_INTEGER),
    value_is("null for what is required", "GrLivArea", "null", 422, NO_NULL),
    value_is("null for what is not", "GarageArea", "null", 200, PRICED),
    value_is("text for an optional number", "GarageArea", '"big"', 422, "Not a valid"),
    value_is("an unknown category", "Neighborhood", '"Atlantis"', 200, PRICED),
    value_is("an empty category", "Neighborhood", '""', 422, NO_NULL),
    value_is("a category of blanks", "Neighborhood", '"  "', 422, NO_NULL),
    value_is("a category NA", "Neighborhood", '"NA"', 422, NO_NULL),
    value_is("an optional category NA", "KitchenQual", '"NA"', 200, PRICED),
    value_is("an optional category without text", "KitchenQual", '""', 200, PRICED),
    value_is("a numbered category NA", "MSSubClass", '"NA"', 200, PRICED),
    value_is("blanks around 64 letters", "Neighborhood", f'"  {"x" * 64} "', 200, PRICED),
    value_is("64 letters", "Neighborhood", f'"{"x" * 64}"', 200, PRICED),
    value_is("65 letters", "Neighborhood", f'"{"x" * 65}"', 422, NO_STRING),
    value_is("a million letters", "Neighborhood", f'"{"x" * 1_000_000}"', 422, NO_STRING),
    value_is("a category of SQL", "Neighborhood", '"\'; DROP TABLE predictions;--"', 200, PRICED),
    value_is("a category of markup", "Neighborhood", '"<script>alert(1)</script>"', 200, PRICED),
    value_is("a category of a format", "Neighborhood", '"%s%n{0.__class__}"', 200, PRICED),
    value_is("a zero character", "Neighborhood", '"a\\u0000b"', 200, PRICED),
    value_is("a line end, escaped", "Neighborhood", '"a\\nb"', 200, PRICED),
    value_is("an emoji", "Neighborhood", '"\U0001f3e0"', 200, PRICED),
    value_is("text from right to left", "Neighborhood", '"\u202eabc"', 200, PRICED),
    value_is("a number for a category", "Neighborhood", "5", 422, NO_STRING),
    value_is("false for a category", "Neighborhood", "false", 422, NO_STRING),
    value_is("a list for a category", "Neighborhood", '["NAmes"]', 422, NO_STRING),
    value_is("null for a required category", "Neighborhood", "null", 422, NO_NULL),
    value_is("text for a numbered category", "MSSubClass", '"20"', 422, NO_INTEGER),
    value_is("an unknown numbered category", "MSSubClass", "7", 200, PRICED),
    value_is("a fraction for one", "MSSubClass", "20.5", 422, NO_INTEGER),
    value_is("10**30 for one", "MSSubClass", "1" + "0" * 30, 200, PRICED),
]


def typed(name: str, status: int, says: str, **headers: str) -> Abuse:
    """Make the case of a good body under odd headers."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return Abuse(name, status, says, rows(GOOD), headers=named)


HEADERS = [
    typed("no content type", 415, NO_TYPE),
    typed("an empty content type", 415, NO_TYPE, Content_Type=""),
    typed("plain text", 415, NO_TYPE, Content_Type="text/plain"),
    typed("a form's type", 415, NO_TYPE, Content_Type="application/x-www-form-urlencoded"),
    typed("parts without a boundary", 415, NO_TYPE, Content_Type="multipart/form-data"),
    typed("XML", 415, NO_TYPE, Content_Type="application/xml"),
    typed("nearly JSON", 415, NO_TYPE, Content_Type="application/jsonp"),
    typed("some JSON dialect", 415, NO_TYPE, Content_Type="application/ld+json"),
    typed("a type that is none", 415, NO_TYPE, Content_Type=";;;"),
    typed("a long type", 415, NO_TYPE, Content_Type="a" * 5000),
    typed("a type in capitals", 200, PRICED, Content_Type="APPLICATION/JSON"),
    typed("a charset", 200, PRICED, Content_Type="application/json; charset=UTF-8"),
    typed("another charset", 415, "in UTF-8", Content_Type="application/json; charset=latin-1"),
    typed("said to be zipped", 415, "uncompressed", **JSON, Content_Encoding="gzip"),
    typed("an encoding of fancy", 415, "uncompressed", **JSON, Content_Encoding="zzz"),
    typed("wants XML back, gets JSON", 200, PRICED, **JSON, Accept="application/xml"),
    typed("an id that is none", 200, PRICED, **JSON, X_Request_ID="a b; c"),
    typed("a long id", 200, PRICED, **JSON, X_Request_ID="x" * 1000),
    typed("a method to override", 200, PRICED, **JSON, X_HTTP_Method_Override="DELETE"),
    typed("proxies' headers", 200, PRICED, **JSON, X_Forwarded_For="1.2.3.4, nonsense"),
    typed("ranges", 200, PRICED, **JSON, Range="bytes=5-1"),
    typed("a key nobody asked for", 200, PRICED, **JSON, X_API_Key="anything"),
]


def asked(method: str, path: str, status: int, says: str = "", **more) -> Abuse:
    """Make the case of another method or address."""
    return Abuse(f"{method} {path[:60]}", status, says, method=method, path=path, **more)


ADDRESSES = [
    asked("GET", PREDICT, 405, NO_METHOD),
    asked("PUT", PREDICT, 405, NO_METHOD, body=rows(GOOD)),
    asked("DELETE", PREDICT, 405, NO_METHOD),
    asked("PATCH", PREDICT, 405, NO_METHOD),
    asked("TRACE", PREDICT, 405, NO_METHOD),
    asked("FOO", PREDICT, 405, NO_METHOD),
    asked("OPTIONS", PREDICT, 200),
    asked("POST", PREDICT + "/", 404, NOT_HERE, body=rows(GOOD)),
    asked("POST", PREDICT + "?rows=1", 200, PRICED, body=rows(GOOD)),
    asked("POST", PREDICT.upper(), 404, NOT_HERE, body=rows(GOOD)),
    asked("POST", "/v3/predict/regression", 404, NOT_HERE, body=rows(GOOD)),
    asked("POST", "/health", 405, NO_METHOD),
    asked("DELETE", "/ready", 405, NO_METHOD),
    asked("POST", "/version", 405, NO_METHOD),
    asked("POST", "/metrics", 405, NO_METHOD),
    asked("POST", "/openapi.json", 405, NO_METHOD),
    asked("POST", "/docs", 405, NO_METHOD),
    asked("POST", "/v1/features", 405, NO_METHOD),
    asked("HEAD", "/health", 200),
    asked("GET", "/health", 200, "ok", body=b"a body nobody wants"),
    asked("GET", "/health?x=" + "y" * 2000, 200, "ok"),
    asked("GET", "/version?format=xml", 200, "model_version"),
    asked("GET", "/", 404, NOT_HERE),
    asked("GET", "/favicon.ico", 404, NOT_HERE),
    asked("GET", "/.env", 404, NOT_HERE),
    asked("GET", "/docs/static/../../app.py", 404, NOT_HERE),
    asked("GET", "/docs/static/..%2f..%2fapp.py", 404, NOT_HERE),
    asked("GET", "/docs/static/%2e%2e/%2e%2e/app.py", 404, NOT_HERE),
    asked("GET", "/docs/static/", 404, NOT_HERE),
    asked("GET", "/%00", 404, NOT_HERE),
    asked("GET", "/%ff%fe", 404, NOT_HERE),
    asked("GET", "/" + "a" * 3000, 404, NOT_HERE),
    asked("GET", "/v1/features/%3Cscript%3E", 404, NOT_HERE),
]

LINES = {"Content-Type": "application/x-ndjson"}


def lines(name: str, status: int, says: str, body: bytes, headers: dict | None = None) -> Abuse:
    """Make the case of a batch; one bad line costs its own prediction and no other."""
    return Abuse(f"batch: {name}", status, says, body, path=BATCH, headers=headers or LINES)


GOOD_LINE = orjson.dumps(GOOD)
PRICED_LINE = '{"prediction":1'
BATCHES = [
    lines("said to be JSON", 415, "application/x-ndjson", GOOD_LINE, JSON),
    lines("said to be zipped", 415, "uncompressed", GOOD_LINE, LINES | {"Content-Encoding": "br"}),
    lines("nothing at all", 200, "", b""),
    lines("blank lines", 200, "", b"\n \r\n\n"),
    lines("a word", 200, "Not valid JSON", b"hello"),
    lines("a list", 200, "Invalid input type.", rows(GOOD)),
    lines("invalid UTF-8", 200, "Not valid JSON", b"\xff\xfe\n"),
    lines("NaN", 200, "Not valid JSON", with_value("GrLivArea", "NaN")[1:-1]),
    lines("no end of the last line", 200, PRICED_LINE, b"\n\n" + GOOD_LINE),
    lines("ends of lines as Windows writes them", 200, PRICED_LINE, GOOD_LINE + b"\r\n"),
    lines("good after bad", 200, PRICED_LINE, b"{}\n[[[\n" + GOOD_LINE),
    lines("an empty row", 200, "Missing data for required field.", b"{}"),
    lines("a line that goes on and on", 200, "reading ends here", b'{"' + b"x" * 600_000),
    asked("GET", BATCH, 405, NO_METHOD),
    asked("PUT", BATCH, 405, NO_METHOD, body=GOOD_LINE),
    asked("POST", BATCH + "/", 404, NOT_HERE, body=GOOD_LINE),
]

ABUSES = BODIES + ROWS + VALUES + HEADERS + ADDRESSES + BATCHES
