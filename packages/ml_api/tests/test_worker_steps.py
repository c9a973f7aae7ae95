"""The worker's main loop, taken step by step: what a real server does only when time passes."""

import os
import selectors
import socket
import threading
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
    """Answer what came in, as often as the address says."""
    body = environ["wsgi.input"].read() * int(environ["PATH_INFO"][1:] or 1)
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
                piece = client.recv(2**20)
            except BlockingIOError:
                return False
            got.extend(piece)
            return got.endswith(end)

        self.until(received)
        client.setblocking(True)
        return bytes(got)

    def begun(self):
        """Return the connections on which a request has begun to arrive."""
        return [conn for conn in self.worker.clients if conn.arrival.data]

    def let_time_pass(self):
        """Have the worker find that every deadline is over."""
        for conn in self.worker.clients:
            conn.deadline = 0
        self.sweep()

    def sweep(self):
        """Have the worker look at the deadlines."""
        self.worker._next_sweep = 0  # pylint: disable=protected-access  # not to wait for it
        self.worker.murder_pending()

    def close(self):
        """Close all."""
        self.worker.tpool.shutdown()
        self.worker.wait_for_and_dispatch_events(0.01)  # what threads have just done with
        for either in [*self.clients, *(conn.sock for conn in self.worker.clients)]:
            either.close()
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


def post(body, path="/", connection="keep-alive"):
    """Write a request."""
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}"]
    lines += [f"Connection: {connection}", "", ""]
    return "\r\n".join(lines).encode() + body


def test_requests_on_a_kept_connection_are_answered(loop):
    client = loop.connect(WHOLE)
    first = loop.answer(client, b"body")
    client.sendall(WHOLE[:-1])
    loop.until(loop.begun)
    client.sendall(WHOLE[-1:])

    assert first.endswith(b"body")
    assert loop.answer(client, b"body").endswith(b"body")


def test_requests_sent_together_are_answered_one_after_the_other(loop):
    client = loop.connect(WHOLE + WHOLE + WHOLE[:-1])
    answers = loop.answer(client, b"body")
    while answers.count(b"body") < 2:
        answers += loop.answer(client, b"body")
    client.sendall(WHOLE[-1:])
    answers += loop.answer(client, b"body")

    assert answers.count(b"200 OK") == 3


def test_a_client_that_leaves_is_let_go(loop):
    loop.connect(WHOLE[:9]).close()
    loop.connect().close()

    loop.until(lambda: loop.worker.nr_conns == 0)
    assert loop.worker.held == 0


def test_a_client_that_leaves_between_two_requests_it_sent_is_let_go(loop):
    client = loop.connect(WHOLE + WHOLE)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # resets
    client.close()

    loop.until(lambda: loop.worker.nr_conns == 0)


def test_an_event_that_comes_late_is_none(loop):
    loop.connect().close()
    (conn,) = loop.worker.clients
    late = loop.worker.poller.get_key(conn.sock).data
    loop.until(lambda: loop.worker.nr_conns == 0)
    late(conn.sock)

    assert loop.worker.nr_conns == 0


def test_a_connection_that_breaks_is_let_go(loop):
    client = loop.connect()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # resets
    client.close()

    loop.until(lambda: loop.worker.nr_conns == 0)


def test_a_request_that_takes_too_long_is_told_so_and_a_silent_one_closed(loop):
    slow, silent = loop.connect(WHOLE[:20]), loop.connect()
    loop.until(loop.begun)
    loop.sweep()
    before = loop.worker.nr_conns
    loop.let_time_pass()

    assert before == 2
    assert slow.recv(100).startswith(b"HTTP/1.1 408")
    assert silent.recv(100) == b""
    slow.close()
    loop.until(lambda: loop.worker.nr_conns == 0)


def test_a_worker_that_stops_gives_the_silent_little_time_and_the_begun_all(loop):
    loop.connect(WHOLE[:20])
    loop.connect()
    loop.until(loop.begun)
    before = {conn: conn.deadline for conn in loop.worker.clients}
    loop.worker.alive = False
    loop.sweep()

    hurried = [conn for conn, deadline in before.items() if conn.deadline < deadline]
    assert [conn.arrival.data for conn in hurried] == [b""]


def test_a_head_without_end_is_refused(loop):
    client = loop.connect(b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000)

    assert loop.answer(client).startswith(b"HTTP/1.1 431")


def test_a_client_that_asks_whether_to_go_on_is_told_once(loop):
    client = loop.connect(WHOLE[:-8] + b"\r\nExpect: 100-continue\r\n\r\n")
    told = loop.answer(client)
    client.sendall(b"b")
    loop.until(lambda: any(conn.arrival.data.endswith(b"b") for conn in loop.begun()))

    client.sendall(b"ody")

    assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert loop.answer(client, b"body").startswith(b"HTTP/1.1 200")


def test_a_large_body_is_answered_by_a_thread(loop, monkeypatch):
    monkeypatch.setattr(worker_module, "LARGEST_ANSWERED_HERE", 80)
    threads = set()

    def note(environ, start_response):
        threads.add(threading.current_thread() is threading.main_thread())
        return echo(environ, start_response)

    loop.worker.wsgi = note
    client = loop.connect(post(b"x" * 100))

    assert loop.answer(client, b"x" * 100)
    assert threads == {False}
    assert loop.answer(loop.connect(WHOLE), b"body")
    assert threads == {False, True}


def test_streams_never_take_the_last_thread(loop, monkeypatch):
    monkeypatch.setattr(worker_module, "LARGEST_ANSWERED_HERE", 80)
    streams = [loop.connect(CHUNKED) for _ in range(3)]
    loop.until(lambda: len(loop.worker.queueing) == 2)
    assert loop.answer(loop.connect(post(b"x" * 100)), b"x" * 100)
    for client in streams:
        client.sendall(b"4\r\nbody\r\n0\r\n\r\n")

    assert all(loop.answer(client, b"body").endswith(b"body") for client in streams)


def test_a_stream_keeps_its_connection(loop):
    client = loop.connect(CHUNKED, b"4\r\nbody\r\n0\r\n\r\n")
    assert loop.answer(client, b"body")
    client.sendall(WHOLE)

    assert loop.answer(client, b"body").count(b"200 OK") == 1


def test_a_stream_that_fails_after_it_began_is_closed(loop):
    def fail(_, start_response):
        start_response("200 OK", [])
        yield b"some"
        raise RuntimeError("no more")

    loop.worker.wsgi = fail
    client = loop.connect(CHUNKED)

    assert loop.answer(client, b"some\r\n").count(b"200 OK") == 1
    client.close()
    loop.until(lambda: loop.worker.nr_conns == 0)


def test_an_application_that_fails_costs_one_answer_and_not_the_worker(loop):
    def fail(*_):
        raise RuntimeError("oh")

    loop.worker.wsgi = fail
    assert loop.answer(loop.connect(WHOLE)).startswith(b"HTTP/1.1 500")
    loop.worker.wsgi = echo

    assert loop.answer(loop.connect(WHOLE), b"body")


def test_what_is_no_request_is_told_so(loop):
    assert loop.answer(loop.connect(b"hello\r\n\r\n")).startswith(b"HTTP/1.1 400")


def test_a_client_that_does_not_take_its_answer_holds_up_nobody_and_gets_it_later(loop):
    size = 20_000_000
    client = loop.connect(post(b"x", f"/{size}"))
    loop.until(lambda: loop.worker.held)
    assert loop.answer(loop.connect(WHOLE), b"body")

    assert len(loop.answer(client, b"x")) > 0
    loop.until(lambda: client.recv(2**20) and not loop.worker.held)
    client.sendall(post(b"end"))
    assert loop.answer(client, b"end")


def test_a_client_that_never_takes_its_answer_is_given_up(loop):
    loop.connect(post(b"x", "/20000000"))
    loop.until(lambda: loop.worker.held)
    loop.let_time_pass()

    assert (loop.worker.nr_conns, loop.worker.held) == (0, 0)


def test_a_client_that_does_not_close_its_end_holds_up_nobody(loop):
    client = loop.connect(post(b"body", connection="close"))
    assert loop.answer(client, b"body")
    client.sendall(b"and another thing")
    assert loop.answer(loop.connect(WHOLE), b"body")
    assert loop.worker.nr_conns == 2
    loop.let_time_pass()

    assert client.recv(100) == b""
    assert loop.worker.nr_conns == 0


def test_what_is_held_for_those_who_are_slow_to_send_is_bounded(loop, monkeypatch):
    monkeypatch.setattr(worker_module, "MOST_HELD", 50)
    loop.connect(WHOLE[:40])
    loop.until(loop.begun)

    assert loop.answer(loop.connect(WHOLE[:40])).startswith(b"HTTP/1.1 408")
    assert loop.worker.held == 40


def test_what_is_held_for_those_who_are_slow_to_take_is_bounded(loop, monkeypatch):
    monkeypatch.setattr(worker_module, "MOST_HELD", 50)
    loop.connect(post(b"x", "/20000000"))

    loop.until(lambda: loop.worker.nr_conns == 0)
    assert loop.worker.held == 0


def test_a_worker_told_to_encrypt_says_who_should(loop):
    cfg = Config()
    cfg.set("certfile", "some.pem")

    with pytest.raises(RuntimeError, match="proxy"):
        loop.worker.check_config(cfg, Silent())


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
