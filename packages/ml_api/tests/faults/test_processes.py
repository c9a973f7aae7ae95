"""Processes that are killed, renewed and stopped while clients ask."""

import contextlib
import os
import signal
import socket

import psutil

from abuse import GOOD, PREDICT, rows
from servers import PATIENCE_S, wait_until

from faults.ledger import kept_ids, metric, wait_until_well


def workers(server):
    return {each.pid for each in psutil.Process(server.process.pid).children()}


def shipping_process(server):
    for each in psutil.Process(server.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it may be ending just now
            if "ml_api.shipping" in each.cmdline():
                return each
    return None


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


def test_while_a_killed_worker_is_replaced_the_others_go_on_and_nothing_is_lost(start_server, load):
    server = start_server()
    before = workers(server)
    clients = load(server)
    for worker in sorted(before):  # one of them holds the shipping process
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda gone=worker: gone not in workers(server), "the killed one to be seen")
        wait_until(lambda: len(workers(server)) == 2, "another worker")
        clients.wait_for(50)
    clients.stop()
    assert server.stop() == 0

    assert not clients.untrue
    # every answer is kept; so may be what a worker had done when it was killed before answering
    stored = set(kept_ids(database_of(server)))
    assert set(clients.answered) <= stored <= set(clients.answered) | set(clients.broken)


def test_a_killed_shipping_process_is_replaced_and_each_answer_is_kept_once(start_server, load):
    server = start_server()
    clients = load(server)
    first = wait_until(lambda: shipping_process(server), "the shipping process")
    first.kill()
    wait_until(lambda: shipping_process(server) not in (None, first), "another one")
    clients.wait_for(50)
    clients.stop()
    wait_until_well(server)

    assert not clients.untrue and not clients.broken
    assert kept_ids(database_of(server)) == sorted(clients.answered)


def test_a_graceful_restart_drops_no_request(start_server, load):
    server = start_server()
    before = workers(server)
    opened = [OpenRequest(server, f"open-{number}") for number in range(2)]
    clients = load(server, threads=2)
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: len(workers(server) - before) == 2, "two new workers")
    clients.wait_for(50)
    answers = [each.finish() for each in opened]
    wait_until(lambda: not workers(server) & before, "the old workers to go")
    clients.wait_for(50)
    clients.stop()
    server.stop()

    assert all(b'\r\n\r\n{"predictions"' in answer for answer in answers), answers
    assert not clients.untrue
    answered = set(clients.answered) | {"open-0", "open-1"}
    assert answered <= set(kept_ids(database_of(server))) <= answered | set(clients.broken)


def test_new_connections_never_see_a_graceful_restart(start_server, load):
    server = start_server()
    clients = load(server, kept=False)
    for _ in range(2):
        before = workers(server)
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda old=before: not workers(server) & old, "the old workers to go")
        clients.wait_for(50)
    clients.stop()
    counted = metric(server, 'ml_api_rows_total{outcome="priced"}')
    server.stop()

    assert not clients.untrue and not clients.broken
    assert counted == len(clients.answered)
    assert kept_ids(database_of(server)) == sorted(clients.answered)


def test_stopping_answers_what_is_in_flight_and_keeps_all_that_was_answered(start_server, load):
    server = start_server()
    opened = [OpenRequest(server, f"open-{number}") for number in range(2)]
    clients = load(server, threads=2)
    server.process.send_signal(signal.SIGTERM)
    wait_until(lambda: "Handling signal: term" in server.errors(), "the server to begin to stop")
    answers = [each.finish() for each in opened]
    assert server.stop() == 0
    clients.stop()

    assert all(b'\r\n\r\n{"predictions"' in answer for answer in answers), answers
    assert not clients.untrue
    answered = set(clients.answered) | {"open-0", "open-1"}
    assert answered <= set(kept_ids(database_of(server))) <= answered | set(clients.broken)
    assert "SIGABRT" not in server.errors()
