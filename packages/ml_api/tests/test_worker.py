"""Slow clients hold up nobody but themselves."""

import json
import socket
from contextlib import ExitStack

import pytest

from abuse import GOOD, JSON, PREDICT, rows
from servers import wait_until

BODY = rows(GOOD)
HEAD = (
    f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    f"Content-Length: {len(BODY)}\r\n"
).encode()
CHUNKED = HEAD.split(b"Content-Length")[0] + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE = HEAD + b"\r\n" + BODY


@pytest.fixture
def small_server(start_server):
    """One process of two threads."""
    return start_server(ML_API_WORKERS=1, ML_API_THREADS=2)


@pytest.fixture
def connect():
    with ExitStack() as stack:

        def connected(server, *pieces):
            address = ("127.0.0.1", server.port)
            connection = stack.enter_context(socket.create_connection(address, 30))
            for piece in pieces:
                connection.sendall(piece)
            return connection

        yield connected


def predict(server):
    return server.request("POST", PREDICT, BODY, JSON)


@pytest.mark.parametrize(
    "beginning",
    [b"", b"P", WHOLE[:60], HEAD, HEAD + b"\r\n", WHOLE[:-1], CHUNKED, CHUNKED + b"5\r\n[{"],
    ids=["silence", "a byte", "half a head", "no end of head", "head", "nearly", "chunks", "chunk"],
)
def test_many_slow_clients_do_not_hold_up_another(small_server, connect, beginning):
    slow = [connect(small_server, beginning) for _ in range(20)]

    assert predict(small_server)[0] == 200
    assert len(slow) == 20


def test_a_request_that_comes_byte_by_byte_is_answered(small_server, connect):
    connection = connect(small_server)
    for position in range(len(WHOLE)):
        connection.sendall(WHOLE[position : position + 1])

    assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_slow_requests_are_answered_when_they_are_complete(small_server, connect):
    slow = [connect(small_server, WHOLE[:-1]) for _ in range(5)]
    predict(small_server)
    for connection in slow:
        connection.sendall(WHOLE[-1:])

    assert all(each.recv(1000).startswith(b"HTTP/1.1 200") for each in slow)


def test_streams_that_wait_for_a_thread_are_answered_in_the_end(small_server, connect):
    streams = [connect(small_server, CHUNKED) for _ in range(3)]
    chunk = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
    for connection in streams:
        connection.sendall(chunk)

    assert all(each.recv(1000).startswith(b"HTTP/1.1 200") for each in streams)


def test_requests_sent_without_waiting_for_answers_get_them_in_order(small_server, connect):
    version = b"GET /version HTTP/1.1\r\nHost: x\r\n\r\n"
    connection = connect(small_server, WHOLE + version + WHOLE[:-5])
    connection.sendall(WHOLE[-5:] + b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n")
    answers = b"".join(iter(lambda: connection.recv(65536), b""))

    assert answers.count(b"HTTP/1.1 200") == 4
    assert answers.index(b"predictions") < answers.index(b"model_version")
    assert answers.endswith(b"ok")


def test_a_client_that_asks_whether_to_go_on_is_told(small_server, connect):
    connection = connect(small_server, HEAD + b"Expect: 100-continue\r\n\r\n")
    told = connection.recv(100)
    connection.sendall(BODY)

    assert told.startswith(b"HTTP/1.1 100")
    assert b"HTTP/1.1 200" in connection.recv(1000)


def test_what_does_not_arrive_in_time_is_told_so(start_server, connect):
    server = start_server(ML_API_WORKERS=1, ML_API_PATIENCE=1)
    connection = connect(server, HEAD)
    silent = connect(server)

    assert connection.recv(100).startswith(b"HTTP/1.1 408")
    assert silent.recv(100) == b""
    assert predict(server)[0] == 200


def test_a_stream_that_pauses_too_long_is_cut(start_server, connect):
    server = start_server(ML_API_WORKERS=1, ML_API_PATIENCE=1)
    connection = connect(server, CHUNKED + b"5\r\n[{")

    assert connection.recv(100).startswith(b"HTTP/1.1 400")


def test_a_body_over_the_limit_gets_its_answer(small_server):
    status, _, body = small_server.request("POST", PREDICT, b" " * (5 * 2**20), JSON)

    assert status == 413
    assert "larger than" in json.loads(body)["detail"]


def test_a_head_without_end_is_refused(small_server):
    answer = small_server.raw(b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000)

    assert answer.startswith(b"HTTP/1.1 431")


def test_a_service_that_stops_answers_what_it_began_and_leaves_the_silent(small_server, connect):
    begun, silent = connect(small_server, WHOLE[:-1]), connect(small_server)
    predict(small_server)
    small_server.process.terminate()
    wait_until(lambda: "Handling signal: term" in small_server.errors(), "the end to begin")
    begun.sendall(WHOLE[-1:])

    assert begun.recv(1000).startswith(b"HTTP/1.1 200")
    assert silent.recv(100) == b""
    assert small_server.stop() == 0
