import json

import orjson
import pytest
from ml_api.storage.database import StoreError
from ml_api.web import body as body_module

from abuse import BATCH, GOOD_LINE, LINES, PREDICT
from kept import kept


def send(client, body, **headers):
    """Send a batch and read the stream of the answer to its end."""
    with client.post(BATCH, data=body, headers=LINES | headers) as response:
        return response, [json.loads(line) for line in response.text.splitlines()]


def as_lines(*values):
    return b"".join(orjson.dumps(value) + b"\n" for value in values)


def test_each_line_gets_the_price_that_a_request_of_its_own_would_get(client, house):
    houses = [{**house, "GrLivArea": 1000 + number} for number in range(50)]
    together = client.post(PREDICT, json=houses).json

    response, answers = send(client, as_lines(*houses))

    assert response.status_code == 200
    assert response.content_type == "application/x-ndjson"
    assert response.headers["X-Model-Version"] == together["version"]
    assert answers == [{"prediction": price} for price in together["predictions"]]


def test_bad_lines_are_explained_and_the_others_priced(client):
    body = b"\n".join([GOOD_LINE, b"{not json", b"[1]", b"", b'{"Colour":1}', b"null"])
    _, answers = send(client, body + b"\n")

    assert len(answers) == 5
    assert answers[0]["prediction"] > 0
    assert "Not valid JSON" in answers[1]["errors"]["_schema"][0]
    assert answers[2]["errors"] == {"_schema": ["Invalid input type."]}
    assert answers[3]["errors"]["Colour"] == ["Unknown field."]
    assert [answer["prediction"] for answer in answers[1:]] == [None] * 4


A, BAD = GOOD_LINE, b'{"GrLivArea":"big"}'
# a line ends at a line feed and nowhere else; each that is not blank gets one answer
WHAT_IS_A_LINE = {
    "no end of the last": (A + b"\n" + A, "++"),
    "an end of the last": (A + b"\n" + A + b"\n", "++"),
    "two rows in one": (A + b" " + A + b"\n" + A, "-+"),
    "two rows in one beside a bad one": (A + b" " + A + b"\n" + BAD + b"\n" + A, "--+"),
    "two rows in one without a blank": (A + A + b"\n" + A, "-+"),
    "two rows in one with a comma": (A + b"," + A + b"\n" + A, "-+"),
    "rows one below the other in the way of old Macs": (A + b"\r" + A, "-"),
    "ends in the way of Windows": (A + b"\r\n" + BAD + b"\r\n" + A + b"\r\n", "+-+"),
    "a carriage return between two fields": (A.replace(b",", b",\r"), "+"),
    "a line end between two fields": (A.replace(b",", b",\n", 1), "--"),
    "a line end within quotes": (A.replace(b"NAmes", b"NA\nmes"), "--"),
    "another kind of line end within quotes": (A.replace(b"NAmes", "a\u2028b".encode()), "+"),
    "blank ones between": (b"\n\n" + A + b"\n \t\n\r\n" + A + b"\n\n", "++"),
    "blanks around": (b"  " + A + b"\t\n " + A, "++"),
    "one row over two, then a good one": (A[:20] + b"\n" + A[20:] + b"\n" + A, "--+"),
    "only blank ones": (b"\n \r\n\t\n", ""),
    "nothing": (b"", ""),
}


@pytest.mark.parametrize(("body", "priced"), WHAT_IS_A_LINE.values(), ids=WHAT_IS_A_LINE)
def test_each_line_that_is_not_blank_gets_one_answer_however_the_stream_is_cut(
    client, monkeypatch, body, priced
):
    for piece in (1, 7, 64 * 1024):
        monkeypatch.setattr(body_module, "PIECE", piece)
        response, answers = send(client, body)

        assert response.status_code == 200
        assert "".join("-" if "errors" in answer else "+" for answer in answers) == priced
        assert all(("errors" in answer) == (answer["prediction"] is None) for answer in answers)


def test_a_line_without_end_is_refused_when_it_gets_too_long(client, monkeypatch):
    monkeypatch.setattr(body_module, "PIECE", 1000)
    monkeypatch.setattr(body_module, "LONGEST_LINE", 2000)
    _, (first, last) = send(client, GOOD_LINE + b"\n" + b"x" * 5000)

    assert first["prediction"] > 0
    assert "too long" in last["errors"]["_schema"][0]


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
def test_another_content_type_is_refused(client, content_type):
    response = client.post(BATCH, data=b"{}", headers={"Content-Type": content_type})

    assert response.status_code == 415
    assert "application/x-ndjson" in response.json["detail"]


def test_more_than_the_limits_of_a_request_are_taken(make_client, house):
    _, answers = send(make_client(max_rows=2, max_body=100), as_lines(*[house] * 5))

    assert len(answers) == 5


def test_what_came_and_what_went_is_kept(client, house, settings):
    send(client, as_lines(house, {**house, "GrLivArea": 2000}), **{"X-Request-ID": "b"})
    send(client, as_lines(house) + b"{\n" + as_lines({}))

    first, second = kept(settings.store)
    assert (first["request_id"], first["rows"], first["refused"]) == ("b", 2, 0)
    assert [row["GrLivArea"] for row in first["request"]] == [1500, 2000]
    assert len(first["response"]["predictions"]) == 2
    assert second["request"] == [house, None, {}]
    assert set(second["response"]["errors"]) == {"1", "2"}


def test_the_log_says_how_many_there_were_when_it_is_done(make_client, house, log_lines):
    send(make_client(), as_lines(house, {}))

    done = [line for line in log_lines() if line["message"] == "batch done"]
    assert [(line["rows"], line["refused"]) for line in done] == [(2, 1)]


def full(_):
    raise StoreError("the disk is full")


def test_what_cannot_be_kept_from_the_start_is_a_problem(client, service, monkeypatch, house):
    monkeypatch.setattr(service.store, "save", full)
    response = client.post(BATCH, data=as_lines(house), headers=LINES)

    assert response.status_code == 503
    assert response.content_type == "application/problem+json"


def test_what_cannot_be_kept_later_breaks_the_stream_off(
    client, service, monkeypatch, house, settings, caplog
):
    monkeypatch.setattr(body_module, "PIECE", 200)
    with client.post(BATCH, data=as_lines(*[house] * 20), headers=LINES) as response:
        got = [next(response.response)]
        monkeypatch.setattr(service.store, "save", full)
        with pytest.raises(ConnectionResetError):
            got += response.response

    answered = b"".join(got).splitlines()
    assert 0 < len(answered) < 20
    assert sum(record["rows"] for record in kept(settings.store)) == len(answered)
    assert "broken off: the disk is full" in caplog.text
