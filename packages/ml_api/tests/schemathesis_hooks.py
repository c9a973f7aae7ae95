"""What Schemathesis has to be told: how JSON lines are written. Loaded by test_contract."""

import json

import schemathesis  # pylint: disable=import-error  # in an environment of its own


@schemathesis.serializer("application/x-ndjson")
def write_lines(_, value):
    """Write a value as one line."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()
