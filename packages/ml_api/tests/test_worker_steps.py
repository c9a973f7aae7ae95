"""The worker's main loop, taken step by step: what a real server does only when time passes."""

import os
import selectors
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from gunicorn.config import Config
from ml_api import worker as worker_module
from ml_api.worker import Worker

from servers import wait_until

WHOLE = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


class Silent:
    """A log that nobody reads."""

    def __getattr__(self, _):
        return lambda *_, **__: None


def echo(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


class Loop:
    """A worker with its listener, driven by hand."""

    def __init__(self, **options):
        cfg = Config()
        cfg.set("threads", 2)
        for name, value in options.items():
            cfg.set(name, value)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.clients = []
        self.worker = Worker(1, os.getppid(), [self.listener], None, 30, cfg, Silent())
        self.worker.tpool = ThreadPoolExecutor(cfg.threads)
        self.worker.poller = selectors.DefaultSelector()
        self.worker.method_queue.init()
        self.worker.poller.register(
            self.worker.method_queue.fileno(),
            selectors.EVENT_READ,
            self.worker.method_queue.run_callbacks,
        )
        self.worker.wsgi = echo
        self.worker.set_accept_enabled(True)

    def connect(self, *pieces):
        """Connect a client, and have its connection accepted."""
        before = self.worker.nr_conns
        client = socket.create_connection(self.listener.getsockname(), 30)
        self.clients.append(client)
        self.until(lambda: self.worker.nr_conns > before)
        for piece in pieces:
            client.sendall(piece)
        return client

    def until(self, condition):
        """Go round the loop until something is the case."""

        def step():
            self.worker.wait_for_and_dispatch_events(0.01)
            return condition()

        wait_until(step, "the worker")

    def answer(self, client, end=b""):
        """Go round the loop until a client has an answer with that end."""
        client.setblocking(False)
        got = bytearray()

        def received():
            try:
                got.extend(client.recv(65536))
            except BlockingIOError:
                return False
            return got.endswith(end)

        self.until(received)
        client.setblocking(True)
        return bytes(got)

    def arriving(self):
        """Return the requests that are arriving."""
        return list(self.worker.arriving.values())

    def close(self):
        """Close all."""
        self.worker.tpool.shutdown()
        self.worker.wait_for_and_dispatch_events(0.01)  # what threads have just done with
        for client in self.clients:
            client.close()
        for conn in list(self.worker.arriving) + list(self.worker.keepalived_conns):
            conn.close()
        for conn in self.worker.queueing:
            conn.close()
        self.worker.tmp.close()
        self.worker.poller.close()
        self.worker.method_queue.close()
        self.listener.close()


@pytest.fixture
def make_loop():
    loops = []

    def make(**options):
        loops.append(Loop(**options))
        return loops[-1]

    yield make
    for each in loops:
        each.close()


@pytest.fixture
def loop(make_loop):
    return make_loop()


def test_requests_on_a_kept_connection_are_answered(loop):
    client = loop.connect(WHOLE)
    first = loop.answer(client, b"body")
    client.sendall(WHOLE[:-1])
    loop.until(loop.arriving)
    client.sendall(WHOLE[-1:])

    assert first.endswith(b"body")
    assert loop.answer(client, b"body").endswith(b"body")


def test_two_requests_at_once_are_answered_one_after_the_other(loop):
    client = loop.connect(WHOLE + WHOLE[:-1])
    assert loop.answer(client, b"body").count(b"200 OK") == 1
    client.sendall(WHOLE[-1:])

    assert loop.answer(client, b"body").count(b"200 OK") == 1


def test_a_client_that_leaves_is_let_go(loop):
    loop.connect(WHOLE[:9]).close()
    loop.connect().close()

    loop.until(lambda: loop.worker.nr_conns == 0)
    assert loop.worker.collected == 0


def test_a_connection_that_breaks_is_let_go(loop):
    client = loop.connect()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # resets
    client.close()

    loop.until(lambda: loop.worker.nr_conns == 0)


def test_a_request_that_takes_too_long_is_told_so_and_a_silent_one_closed(loop):
    slow, silent = loop.connect(WHOLE[:20]), loop.connect()
    loop.until(lambda: any(arrival.data for arrival in loop.arriving()))
    loop.worker.murder_pending()
    before = len(loop.arriving())
    for arrival in loop.arriving():
        arrival.deadline = 0
    loop.worker.murder_pending()

    assert before == 2
    assert slow.recv(100).startswith(b"HTTP/1.1 408")
    assert silent.recv(100) == b""
    assert loop.worker.nr_conns == 0


def test_a_worker_that_stops_gives_the_silent_little_time_and_the_begun_all(loop):
    loop.connect(WHOLE[:20])
    loop.connect()
    loop.until(lambda: any(arrival.data for arrival in loop.arriving()))
    before = [arrival.deadline for arrival in loop.arriving()]
    loop.worker.alive = False
    loop.worker.murder_pending()
    after = [arrival.deadline for arrival in loop.arriving()]

    assert [late == early for early, late in zip(before, after, strict=True)].count(False) == 1


def test_a_head_without_end_is_refused(loop):
    client = loop.connect(b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000)

    assert loop.answer(client).startswith(b"HTTP/1.1 431")


def test_a_client_that_asks_whether_to_go_on_is_told_once(loop):
    client = loop.connect(WHOLE[:-8] + b"\r\nExpect: 100-continue\r\n\r\n")
    told = loop.answer(client)
    client.sendall(b"b")
    loop.until(lambda: any(arrival.data.endswith(b"b") for arrival in loop.arriving()))

    assert told == b"HTTP/1.1 100 Continue\r\n\r\n"


def test_streams_never_take_the_last_thread(loop):
    streams = [loop.connect(CHUNKED) for _ in range(3)]
    loop.until(lambda: len(loop.worker.queueing) == 2)
    assert loop.answer(loop.connect(WHOLE), b"body").endswith(b"body")
    for client in streams:
        client.sendall(b"4\r\nbody\r\n0\r\n\r\n")

    assert all(loop.answer(client, b"body").endswith(b"body") for client in streams)


def test_what_is_collected_is_bounded(loop, monkeypatch):
    monkeypatch.setattr(worker_module, "ALL_COLLECTED", 50)
    first, second = loop.connect(WHOLE[:40]), loop.connect(WHOLE[:40])

    answers = [loop.answer(second), first.getpeername()]
    assert answers[0].startswith(b"HTTP/1.1 408")


def test_a_listener_with_nobody_waiting_is_left_alone(loop):
    loop.listener.setblocking(False)
    loop.worker.accept(loop.listener)

    assert loop.worker.nr_conns == 0


def test_a_listener_that_fails_is_no_secret(loop):
    class Failing:
        def accept(self):
            raise OSError(24, "Too many open files")

    with pytest.raises(OSError, match="Too many open files"):
        loop.worker.accept(Failing())
