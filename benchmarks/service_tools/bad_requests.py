"""Requests that no service should price: each with what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

JSON = "application/json"


@dataclass(frozen=True)
class BadRequest:
    """One bad request.

    Parameters
    ----------
    says : str
        What is wrong with it.
    rows : bytes
        What is sent where the list of rows belongs.
    whole : bool
        Whether `rows` is the whole body instead, whatever form of body a service asks for.
    headers : mapping
        Request headers.
    """

    says: str
    rows: bytes
    whole: bool = False
    headers: tuple[tuple[str, str], ...] = (("Content-Type", JSON),)


def bad_requests(house: Mapping[str, Any]) -> list[BadRequest]:
    """Return all bad requests, made from a good house."""
    return [*_bodies(), *_types(house), *_lists(house), *_values(house)]


def _bodies() -> list[BadRequest]:
    bodies = {
        "no body": b"",
        "no JSON": b"hello",
        "JSON that breaks off": b'[{"GrLivArea": 17',
        "a comma too many": b"[{},]",
        "invalid UTF-8": b'[{"Neighborhood": "\xff\xfe"}]',
        "UTF-16": '[{"GrLivArea": 1710}]'.encode("utf-16"),
        "`null`": b"null",
        "a number": b"1",
        "a text": b'"houses"',
        "an empty object": b"{}",
        "100,000 nested lists": b"[" * 100_000 + b"]" * 100_000,
        "100,000 nested objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    }
    return [BadRequest(says, body, whole=True) for says, body in bodies.items()]


def _types(house: Mapping[str, Any]) -> list[BadRequest]:
    good = json.dumps([house]).encode()
    headers = {
        "said to be text/plain": {"Content-Type": "text/plain"},
        "no content type": {},
        "said to be a form": {"Content-Type": "application/x-www-form-urlencoded"},
        "said to be compressed, and not": {"Content-Type": JSON, "Content-Encoding": "gzip"},
    }
    return [BadRequest(says, good, headers=tuple(each.items())) for says, each in headers.items()]


def _lists(house: Mapping[str, Any]) -> list[BadRequest]:
    lists = {
        "an empty list": [],
        "a list of null": [None],
        "a list of a number": [1],
        "a list of a text": ["house"],
        "a list of a list": [[house]],
        "a house without anything": [{}],
        "a house with 10,000 unknown fields": [{**house, **dict.fromkeys(map(str, range(10_000)))}],
    }
    return [BadRequest(says, json.dumps(rows).encode()) for says, rows in lists.items()]


def _values(house: Mapping[str, Any]) -> list[BadRequest]:
    literals = {
        "NaN": "NaN",
        "Infinity": "Infinity",
        "-Infinity": "-Infinity",
        "1e999": "1e999",
        "1e308": "1e308",
        "10**30": "1" + "0" * 30,
        "10**5000": "1" + "0" * 5000,
        "-1": "-1",
        "1500.5": "1500.5",
        "true": "true",
        '"big"': '"big"',
        '""': '""',
        "a list": "[1710]",
        "an object": '{"value": 1710}',
        "null": "null",
    }
    area = [
        BadRequest(f"living area: {says}", _with(house, "GrLivArea", text))
        for says, text in literals.items()
    ]
    others = {
        ("year built: 20000", "YearBuilt"): "20000",
        ("quality: 0", "OverallQual"): "0",
        ("neighbourhood: a number", "Neighborhood"): "5",
        ("neighbourhood: null", "Neighborhood"): "null",
        ("neighbourhood: a list", "Neighborhood"): '["NAmes"]',
        ("neighbourhood: a million letters", "Neighborhood"): '"' + "x" * 1_000_000 + '"',
        ("neighbourhood: half a surrogate pair", "Neighborhood"): '"\\ud800"',
        ("an unknown field", "Colour"): '"red"',
    }
    return area + [
        BadRequest(says, _with(house, name, text)) for (says, name), text in others.items()
    ]


def _with(house: Mapping[str, Any], name: str, literal: str) -> bytes:
    """Return a list of one house with the JSON of one value replaced; it need not be valid JSON."""
    mark = "put the value here"
    text = json.dumps([{**house, name: mark}])
    return text.replace(json.dumps(mark), literal).encode()
