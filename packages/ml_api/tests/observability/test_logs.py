import json
import logging

from ml_api.observability import logs

LOG = logging.getLogger("ml_api.test")


def test_a_record_becomes_one_line_with_its_extra_fields(capfd):
    logs.configure()
    LOG.info("a %s", "b", extra={"request_id": "r\n1"})

    line = json.loads(capfd.readouterr().err)
    assert (line["level"], line["message"], line["request_id"]) == ("INFO", "a b", "r\n1")
    assert line["at"].endswith("+00:00")


def test_a_record_of_an_error_holds_the_traceback_in_its_line(capfd):
    logs.configure()
    LOG.error("x", exc_info=KeyError("lost"))

    assert "KeyError: 'lost'" in json.loads(capfd.readouterr().err)["exc_info"]
