"""Plain mode: processes that are killed, renewed and stopped while clients ask."""

import os
import random
import signal
import socket

import psutil
import pytest

from abuse import GOOD, PREDICT, rows
from servers import PATIENCE_S, wait_until

from faults.ledger import assert_nothing_is_missing, metric

pytestmark = pytest.mark.slow


def workers(server):
    return {each.pid for each in psutil.Process(server.process.pid).children()}


def database_of(server):
    return server.variables["ML_API_STORE"]


class OpenRequest:
    """A request of which a worker has taken the head, and waits for the rest."""

    def __init__(self, server, request_id):
        self._body = rows(GOOD)
        head = (
            f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(self._body)}\r\nX-Request-ID: {request_id}\r\n"
            "Expect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        self._socket = socket.create_connection(("127.0.0.1", server.port), PATIENCE_S)
        self._socket.sendall(head.encode())
        assert self._socket.recv(1000).startswith(b"HTTP/1.1 100")

    def finish(self):
        with self._socket:
            self._socket.sendall(self._body)
            return b"".join(iter(lambda: self._socket.recv(65536), b""))


@pytest.mark.parametrize("moment", range(4))
def test_nothing_answered_is_missing_when_all_is_killed_at_any_moment(start_server, load, moment):
    server = start_server()
    clients = load(server, threads=8)
    clients.wait_for(random.Random(moment).randrange(10, 100))
    for process in (server.process.pid, *workers(server)):
        os.kill(process, signal.SIGKILL)
    server.process.wait(PATIENCE_S)
    clients.stop()

    assert_nothing_is_missing(clients, database_of(server))


def test_while_killed_workers_are_replaced_the_others_go_on_and_nothing_is_missing(
    start_server, load
):
    server = start_server()
    clients = load(server)
    for worker in workers(server):
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda gone=worker: gone not in workers(server), "the killed one to be seen")
        wait_until(lambda: len(workers(server)) == 2, "another worker")
        clients.wait_for(50)
    clients.stop()
    assert server.stop() == 0

    assert not clients.refused
    assert_nothing_is_missing(clients, database_of(server))


def test_a_graceful_restart_drops_no_request(start_server, load):
    server = start_server()
    before = workers(server)
    opened = [OpenRequest(server, f"open-{number}") for number in range(2)]
    clients = load(server, threads=2, kept=False)
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: len(workers(server) - before) == 2, "two new workers")
    clients.wait_for(50)
    answers = [each.finish() for each in opened]
    wait_until(lambda: not workers(server) & before, "the old workers to go")
    clients.wait_for(50)
    counted = metric(server, 'ml_api_rows_total{outcome="priced"}')
    clients.stop()
    server.stop()

    assert all(b'\r\n\r\n{"predictions"' in answer for answer in answers), answers
    assert not clients.refused
    assert counted >= 100
    clients.answered |= {"open-0": {}, "open-1": {}}
    assert_nothing_is_missing(clients, database_of(server))


def test_stopping_answers_what_is_in_flight_and_keeps_all_that_was_answered(start_server, load):
    server = start_server()
    opened = [OpenRequest(server, f"open-{number}") for number in range(2)]
    with server.connect():  # a client that says nothing
        clients = load(server, threads=2)
        server.process.send_signal(signal.SIGTERM)
        said = "Handling signal: term"
        wait_until(lambda: said in server.errors(), "the server to begin to stop")
        answers = [each.finish() for each in opened]
        assert server.stop() == 0
        clients.stop()

    assert all(b'\r\n\r\n{"predictions"' in answer for answer in answers), answers
    clients.answered |= {"open-0": {}, "open-1": {}}
    assert_nothing_is_missing(clients, database_of(server))
    assert "SIGABRT" not in server.errors()
