import json
import logging
from logging.config import dictConfig

import pytest
from ml_api.observability.logs import logging_config

LOG = logging.getLogger("ml_api.test")


@pytest.fixture
def logged(capfd):
    """Log to standard error as the service does; return what came out, line by line."""
    dictConfig(logging_config())
    return lambda: [json.loads(line) for line in capfd.readouterr().err.splitlines()]


def test_a_record_becomes_one_line_with_its_extra_fields(logged):
    LOG.info("a %s", "b", extra={"request_id": "r\n1"})

    (line,) = logged()
    assert (line["level"], line["message"], line["request_id"]) == ("INFO", "a b", "r\n1")
    assert line["at"].endswith("+00:00")


def test_a_record_of_an_error_holds_the_traceback_in_its_line(logged):
    LOG.error("x", exc_info=KeyError("lost"))

    (line,) = logged()
    assert "KeyError: 'lost'" in line["exc_info"]
