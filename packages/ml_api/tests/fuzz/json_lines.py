"""Teaches Schemathesis JSON lines: it loads this file by SCHEMATHESIS_HOOKS."""

from __future__ import annotations

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def write_lines(_, value):
    """Write a list as lines, and what is no list as it is."""
    if isinstance(value, bytes):
        return value
    rows = value if isinstance(value, list) else [value]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


@schemathesis.deserializer("application/x-ndjson")
def read_lines(_, response):
    """Read the lines of an answer."""
    return [json.loads(line) for line in response.content.splitlines()]
