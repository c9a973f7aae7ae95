import io
import json
import socket
import threading
from dataclasses import replace

import orjson
import pytest
from ml_api import lines
from ml_api.app import create_app
from ml_api.database import Database
from ml_api.lines import parse_lines, whole_lines
from ml_api.service import service_of

from abuse import GOOD, rows

BATCH = "/v1/predict/regression/batch"
JSON_LINES = {"Content-Type": "application/x-ndjson"}


def post(client, *values, **headers):
    body = b"".join(orjson.dumps(value) + b"\n" for value in values)
    response = client.post(BATCH, data=body, headers=JSON_LINES | headers)
    assert response.data is not None  # reads the stream to its end
    return response


def read(response):
    return [json.loads(line) for line in response.text.splitlines()]


def test_each_line_gets_the_price_that_a_request_of_its_own_would_get(client, house):
    houses = [{**house, "GrLivArea": 1000 + number} for number in range(50)]
    together = client.post("/v1/predict/regression", json=houses).json

    response = post(client, *houses)

    assert response.status_code == 200
    assert response.content_type == "application/x-ndjson"
    assert response.headers["X-Model-Version"] == together["version"]
    assert read(response) == [{"prediction": price} for price in together["predictions"]]


def test_bad_lines_are_explained_and_the_others_priced(client, house):
    body = b"\n".join([orjson.dumps(house), b"{not json", b"[1]", b"", b'{"Colour":1}', b"null"])
    answers = read(client.post(BATCH, data=body + b"\n", headers=JSON_LINES))

    assert len(answers) == 5
    assert answers[0]["prediction"] > 0
    assert "Not valid JSON" in answers[1]["errors"]["_schema"][0]
    assert answers[2]["errors"] == {"_schema": ["Invalid input type."]}
    assert answers[3]["errors"]["Colour"] == ["Unknown field."]
    assert [answer["prediction"] for answer in answers[1:]] == [None] * 4


@pytest.mark.parametrize("body", [b"", b"\n", b"  \n\n \n"])
def test_nothing_in_nothing_out(client, body):
    response = client.post(BATCH, data=body, headers=JSON_LINES)

    assert (response.status_code, response.data) == (200, b"")


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_it_does_not_matter_how_the_stream_is_cut(monkeypatch, size):
    monkeypatch.setattr(lines, "PORTION_BYTES", size)
    text = b"first\nsecond\n\nthird, without an end"

    chunks = list(whole_lines(io.BytesIO(text)))

    assert b"\n".join(chunks).split(b"\n") == text.split(b"\n")


def test_a_line_without_end_is_refused_when_it_gets_too_long(client, house, monkeypatch):
    monkeypatch.setattr(lines, "PORTION_BYTES", 1000)
    monkeypatch.setattr(lines, "LONGEST_LINE", 2000)
    body = orjson.dumps(house) + b"\n" + b"x" * 5000

    first, last = read(client.post(BATCH, data=body, headers=JSON_LINES))

    assert first["prediction"] > 0
    assert "longer than" in last["errors"]["_schema"][0]


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
def test_another_content_type_is_refused(client, content_type):
    response = client.post(BATCH, data=b"{}", headers={"Content-Type": content_type})

    assert response.status_code == 415
    assert "application/x-ndjson" in response.json["detail"]


def test_more_than_the_limits_of_a_request_are_taken(settings, house):
    client = create_app(replace(settings, max_rows=2, max_body=100)).test_client()

    assert len(read(post(client, *[house] * 5))) == 5


def test_what_came_and_what_went_is_kept(app, client, house, settings):
    post(client, house, {**house, "GrLivArea": 2000}, **{"X-Request-ID": "b"})
    post(client, house, {})
    service_of(app).stop()

    first, second = Database(settings.store).records()
    assert (first["request_id"], first["rows"], first["refused"]) == ("b", 2, 0)
    assert [row["GrLivArea"] for row in first["request"]] == [1500, 2000]
    assert len(first["response"]["predictions"]) == 2
    assert second["request"] == [house, {}]
    assert set(second["response"]["errors"]) == {"1"}


def test_the_log_says_how_many_there_were_when_it_is_done(settings, house, log_lines):
    post(create_app(settings).test_client(), house, {})

    done = [line for line in log_lines() if line.get("event") == "batch done"]
    assert [(line["rows"], line["refused"]) for line in done] == [(2, 1)]


def test_everything_that_may_be_off_may_be_off(settings, house):
    off = replace(settings, store=None, metrics=False, request_log=False)

    assert len(read(post(create_app(off).test_client(), house))) == 1


def test_broken_lines_keep_their_place():
    parsed, broken = parse_lines(b"1\n{\n\n2")

    assert parsed == [1, None, 2]
    assert list(broken) == [1]


def test_the_server_answers_while_it_is_still_being_sent_to(server):
    line = rows(GOOD)[1:-1] + b"\n"
    portion = line * (2 * lines.PORTION_BYTES // len(line))
    head = f"POST {BATCH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 30) as connection:
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        connection.sendall(b"%x\r\n%b\r\n" % (len(portion), portion))
        answered = connection.recv(100)  # before the end was sent
        connection.sendall(b"0\r\n\r\n")
        reader = threading.Thread(target=lambda: connection.recv(2**20))
        reader.start()
        reader.join()

    assert answered.startswith(b"HTTP/1.1 200")
