"""Plain mode: batches of which something breaks on the way, and batches without end."""

import sqlite3
from contextlib import closing

import orjson
import psutil
import pytest

from abuse import BATCH, GOOD, GOOD_LINE
from kept import kept
from servers import wait_until

pytestmark = pytest.mark.slow

HEAD = (
    f"POST {BATCH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
    "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
).encode()
PORTION = (GOOD_LINE + b"\n") * (64 * 1024 // len(GOOD_LINE) + 1)
CHUNK = b"%x\r\n%b\r\n" % (len(PORTION), PORTION)
END = b"0\r\n\r\n"


@pytest.fixture
def server(start_server):
    return start_server(ML_API_WORKERS=1)


def rows_kept(server):
    return sum(record["rows"] for record in kept(server.variables["ML_API_STORE"]))


def read_all(connection, answer=b""):
    while data := connection.recv(2**16):
        answer += data
    return answer


def check_broken_off(server, answer):
    """Check that it was seen to end too early, and that all that was sent is kept."""
    answered = answer.count(b'{"prediction":')
    assert answer.startswith(b"HTTP/1.1 200")
    assert not answer.endswith(END)
    assert 0 < answered <= rows_kept(server)
    wait_until(lambda: "batch broken off" in server.errors(), "the log to say so")
    assert "Traceback" not in server.errors()
    assert server.request("GET", "/health")[0] == 200


def test_a_database_that_goes_away_in_the_middle_breaks_the_batch_off(server):
    with server.connect() as connection:
        connection.sendall(HEAD + CHUNK)
        answer = connection.recv(1000)
        path = server.folder / "predictions.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            connection.sendall(CHUNK * 2 + END)
            answer = read_all(connection, answer)

    check_broken_off(server, answer)


def test_chunks_that_are_wrong_in_the_middle_break_the_batch_off(server):
    with server.connect() as connection:
        connection.sendall(HEAD + CHUNK)
        answer = connection.recv(1000)
        connection.sendall(CHUNK + b"zz\r\n")
        answer = read_all(connection, answer)

    check_broken_off(server, answer)


def test_a_client_that_leaves_in_the_middle_is_let_go_and_what_it_got_is_kept(server):
    with server.connect() as connection:
        connection.sendall(HEAD + CHUNK * 3)
        connection.recv(1000)

    wait_until(lambda: rows_kept(server), "the first portion to be kept")
    assert server.request("GET", "/health")[0] == 200


def test_memory_stays_flat_however_long_the_batch_is(server):
    worker = psutil.Process(server.process.pid).children()[0]
    # a column that is carried along makes the lines long
    line = orjson.dumps(GOOD | {"Id": "x" * 60_000}) + b"\n"
    sizes = []
    with server.connect() as connection:
        connection.sendall(HEAD)
        for number in range(401):
            connection.sendall(b"%x\r\n%b\r\n" % (len(line), line))
            # after the second of two lines, the first is answered at the latest
            if number % 2:
                connection.recv(2**16)
            if number in (100, 400):
                sizes.append(worker.memory_info().rss)
        connection.sendall(END)
        read_all(connection)

    assert sizes[1] - sizes[0] < 3_000_000, "18 MB came between the two"
    assert rows_kept(server) == 401
