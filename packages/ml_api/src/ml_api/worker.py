"""gunicorn's threaded worker, with a main loop that answers by itself and waits for no client.

The stock worker gives every connection to a thread, and the thread waits there for the client:
eight clients that send a byte a minute stop a service of eight threads. And what a thread does must
be handed over and back, each step of it wanting the one interpreter lock. Here the main loop reads
what has arrived, and when a request is whole, answers it there and then: no thread could do so
sooner, for only one can run at a time. For one row that takes a fifth less processor time, and the
99th percentile is 2 times the median instead of 4 (RESULTS.md has both).

Threads are left with what takes long: large bodies, and streams, whose clients they have to wait
for. Streams get all threads but one at most, so that one is always left for large bodies.
"""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from ml_api.connections import CONTINUE, PIECE, Arrival, Connection, For, HeadTooLarge, Whole

# how long a request may take to arrive, and an answer to be taken, where the application does not
# say; and how long a stream may pause between two pieces
PATIENCE_S = 30
# for a request that may be on its way when the worker stops, and for a client to notice that its
# connection is closed
LINGER_S = 2.0
# deadlines are looked at so often
SWEEP_S = 0.5
# a few milliseconds of work, some hundred rows; what takes longer would keep the others waiting
LARGEST_ANSWERED_HERE = 256 * 1024
# what is kept in memory for all clients together
MOST_HELD = 64 * 2**20

_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Connection: close\r\nContent-Length: 0\r\n\r\n"
)


class Worker(ThreadWorker):
    """A worker whose main loop answers whole requests, and whose threads take the long ones.

    Attributes
    ----------
    clients : set of Connection
        All that are connected.
    held : int
        Bytes in memory for those that are slow to send or to take.
    queueing : deque of Connection
        Streams that wait for a thread.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        settings = getattr(self.app, "settings", None)
        self._patience_s = settings.patience if settings else PATIENCE_S
        self.clients: set[Connection] = set()
        self.held = 0
        self.queueing: deque[Connection] = deque()
        self._steps = {For.REQUEST: self._read, For.ROOM: self._send, For.END: self._hear_out}
        self._streaming = 0
        self._next_sweep = 0.0

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Refuse to encrypt, which sockets that never wait cannot do as they are."""
        if cfg.is_ssl:
            raise RuntimeError("This worker speaks plain HTTP: put a proxy in front for https.")
        super().check_config(cfg, log)

    def accept(self, listener: Any) -> None:
        """Accept a connection, and wait for its request."""
        try:
            sock, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        conn = Connection(sock, address)
        self.nr_conns += 1
        self.clients.add(conn)
        conn.give(self._patience_s)
        self._watch(conn, For.REQUEST)

    def _watch(self, conn: Connection, for_what: For) -> None:
        """Have the main loop wait for what a client does next."""
        if conn.waits is for_what:
            return
        event = selectors.EVENT_WRITE if for_what is For.ROOM else selectors.EVENT_READ
        change = self.poller.modify if conn.waits else self.poller.register
        change(conn.sock, event, partial(self._wake, conn, for_what))
        conn.waits = for_what

    def _wake(self, conn: Connection, for_what: For, _: Any = None) -> None:
        # of events that came together, an earlier one may have changed what is waited for
        if conn.waits is for_what:
            self._steps[for_what](conn)

    def _unwatch(self, conn: Connection) -> None:
        if conn.waits:
            self.poller.unregister(conn.sock)
        conn.waits = None

    def _read(self, conn: Connection) -> None:
        """Read what has arrived, and go to work on the request when it is whole."""
        try:
            is_ready = conn.arrival.take(conn.sock)
        except HeadTooLarge:
            self._refuse(conn, _TOO_LARGE)
        except OSError:
            self._close(conn)
        else:
            (self._begin if is_ready else self._wait_for_more)(conn)

    def _wait_for_more(self, conn: Connection) -> None:
        if not conn.counted:  # it has only begun
            conn.give(self._patience_s)
        if conn.arrival.expects:
            conn.arrival.expects = False
            with contextlib.suppress(OSError):
                conn.sock.send(CONTINUE)
        self._count(conn)
        if self.held > MOST_HELD:
            self._refuse(conn, _TOO_SLOW)

    def _begin(self, conn: Connection) -> None:
        """Answer a request: here when it is short, in a thread when it may take long."""
        if conn.arrival.ended and not conn.arrival.data:
            self._close(conn)
        elif conn.arrival.streams:
            self._unwatch(conn)
            self.queueing.append(conn)
            self._start_streams()
        elif len(conn.arrival.data) > LARGEST_ANSWERED_HERE:
            self._unwatch(conn)
            self._in_thread(conn, Whole(self.cfg, conn), self._answer)
        else:
            whole = Whole(self.cfg, conn)
            self._answer(conn, whole, self.handle(whole))

    def _answer(self, conn: Connection, whole: Whole, keeps: bool) -> None:
        conn.unsent += whole.answer()
        self._go_on(conn, keeps, whole.rest)

    def _go_on(self, conn: Connection, keeps: bool, rest: bytes) -> None:
        """Send what is to be sent, and turn to the next request, if there may be one."""
        conn.keeps = keeps
        conn.arrival = Arrival(rest if keeps else b"")
        self._send(conn)

    def _send(self, conn: Connection) -> None:
        try:
            is_sent = conn.send()
        except OSError:
            self._close(conn)
            return
        if conn.counted or not is_sent:
            self._count(conn)
        if not is_sent:
            self._wait_for_room(conn)
        elif conn.keeps:
            self._wait_for_next(conn)
        else:
            self._linger(conn)

    def _wait_for_room(self, conn: Connection) -> None:
        """Read no more from a client that does not take its answer, until it does."""
        if conn.waits is not For.ROOM:
            conn.give(self._patience_s)
            self._watch(conn, For.ROOM)
        if self.held > MOST_HELD:
            self._close(conn)

    def _wait_for_next(self, conn: Connection) -> None:
        conn.give(self.cfg.keepalive)
        self._watch(conn, For.REQUEST)
        if conn.arrival.data:
            # it is here already, but others have waited longer
            self.method_queue.defer(self._wake, conn, For.REQUEST)

    def _linger(self, conn: Connection) -> None:
        """Close our end, and wait for the client to close its own: what it still sends would have
        the system tear the connection down, and with it an answer that is on its way."""
        with contextlib.suppress(OSError):
            conn.sock.shutdown(socket.SHUT_WR)
        conn.give(LINGER_S)
        self._watch(conn, For.END)

    def _hear_out(self, conn: Connection) -> None:
        try:
            is_over = not conn.sock.recv(PIECE)
        except OSError:
            is_over = True
        if is_over:
            self._close(conn)

    def _refuse(self, conn: Connection, words: bytes) -> None:
        """Let a request go, whatever has come of it, with a few last words."""
        conn.keeps, conn.arrival = False, Arrival()
        conn.unsent += words
        self._send(conn)

    def _close(self, conn: Connection) -> None:
        self._unwatch(conn)
        self.clients.discard(conn)
        self.held -= conn.counted
        self.nr_conns -= 1
        conn.sock.close()

    def _count(self, conn: Connection) -> None:
        """Count what is held in memory for a client."""
        self.held += conn.held - conn.counted
        conn.counted = conn.held

    def murder_pending(self) -> None:
        """Look at the deadlines, now and then."""
        now = time.monotonic()
        if now < self._next_sweep:
            return
        self._next_sweep = now + SWEEP_S
        for conn in [each for each in self.clients if each.waits]:
            is_idle = conn.waits is For.REQUEST and not conn.arrival.data
            if is_idle and not self.alive:
                # when stopping, nobody waits long for a request of which nothing came yet
                conn.deadline = min(conn.deadline, now + LINGER_S)
            if conn.deadline <= now:
                self._give_up(conn)

    def _give_up(self, conn: Connection) -> None:
        if conn.waits is For.REQUEST and conn.arrival.data:
            self._refuse(conn, _TOO_SLOW)
        else:
            self._close(conn)

    def _in_thread(self, conn: Connection, request: Any, then: Callable) -> None:
        """Handle a request in a thread, and call a function here when that is done."""
        future = self.tpool.submit(self.handle, request)
        future.add_done_callback(
            lambda done: self.method_queue.defer(then, conn, request, _kept(done))
        )

    def _start_streams(self) -> None:
        while self.queueing and self._streaming < max(1, self.cfg.threads - 1):
            self._streaming += 1
            conn = self.queueing.popleft()
            self._in_thread(conn, self._stream(conn), self._streamed)

    def _stream(self, conn: Connection) -> TConn:
        """Return the connection as gunicorn knows it, for a thread that waits for the client."""
        stream = TConn(self.cfg, conn.sock, conn.client, conn.server)
        stream.init()
        stream.parser.unreader.unread(bytes(conn.arrival.data))
        stall = struct.pack("ll", self._patience_s, 0)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            conn.sock.setsockopt(socket.SOL_SOCKET, option, stall)
        return stream

    def _streamed(self, conn: Connection, stream: TConn, keeps: bool) -> None:
        self._streaming -= 1
        self._start_streams()
        if conn.sock.fileno() < 0:  # gunicorn closes it when an answer breaks off
            self._close(conn)
        else:
            conn.sock.setblocking(False)
            self._go_on(conn, keeps, stream.parser.unreader.take_buffered())


def _kept(done: Future) -> bool:
    """Whether a request came to a good end, so that another may follow on its connection."""
    return not (done.cancelled() or done.exception()) and bool(done.result())
