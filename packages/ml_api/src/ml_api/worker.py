"""gunicorn's threaded worker, whose threads never wait for a client.

The stock worker gives a connection to a thread, and the thread waits there for the rest of the
request: eight clients that send a byte a minute stop a service of eight threads. Here a thread
takes what has arrived, and when that is not all, gives the connection back to the main loop, which
watches a thousand of them if need be. What can't be collected, because its length is not told or
it is large, is streamed by a thread as before, but by all of them but one at most, so that one is
always left for the others. A request that arrives in one piece takes the same way as in the stock
worker, at the same cost.
"""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
import struct
import time
from collections import deque
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

# how long a request may take to arrive, where the application does not say; and how long a stream
# may pause between two pieces
PATIENCE_S = 30
# when stopping, for a request that a client may be sending just now
LINGER_S = 2.0
LARGEST_HEAD = 64 * 1024
PIECE = 16 * 1024
LARGEST_COLLECTED = 2 * 2**20
ALL_COLLECTED = 64 * 2**20

_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Connection: close\r\nContent-Length: 0\r\n\r\n"
)
# what a thread found, beside gunicorn's own True and False
INCOMPLETE, WANTS_TO_STREAM = object(), object()


class HeadTooLarge(Exception):
    """The head of a request goes on and on."""


class Arrival:
    """What has arrived of a request.

    Attributes
    ----------
    data : bytearray
        All bytes so far.
    streams : bool
        A thread has to take it as it comes: it tells no length, or is large.
    """

    def __init__(self, patience_s: float) -> None:
        self.data = bytearray()
        self.deadline = time.monotonic() + patience_s
        self.streams = self.may_stream = False
        self.expects = False
        self._whole: int | None = None

    def is_ready(self) -> bool:
        """Whether a thread can go to work on it."""
        if self._whole is None:
            head = self.data.find(b"\r\n\r\n")
            if head < 0:
                return False
            self._read_head(head + 4)
        return self.streams or len(self.data) >= (self._whole or 0)

    def _read_head(self, end: int) -> None:
        head = bytes(self.data[:end]).lower()
        length = header(head, b"content-length")
        # a length that is none is the parser's to refuse, which needs no body for it
        self._whole = end + (int(length) if length.isdigit() and len(length) < 18 else 0)
        self.streams = bool(header(head, b"transfer-encoding")) or self._whole > LARGEST_COLLECTED
        self.expects = header(head, b"expect") == b"100-continue" and not self.streams

    def take(self, client: socket.socket) -> bool:
        """Take what is there to be read; return whether it makes, or ends, the request."""
        while not self.is_ready():
            try:
                piece = client.recv(PIECE)
            except BlockingIOError:
                return False
            if not piece:
                break  # as whole as it will ever be
            self.data += piece
            if self._whole is None and len(self.data) > LARGEST_HEAD:
                raise HeadTooLarge
        return True


def header(head: bytes, name: bytes) -> bytes:
    """Return the value of a header, both in lower case; nothing when it is not there."""
    start = head.find(b"\r\n%b:" % name)
    if start < 0:
        return b""
    start += len(name) + 3
    return head[start : head.find(b"\r\n", start)].strip()


class Worker(ThreadWorker):
    """A worker whose threads never wait for a client."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        settings = getattr(self.app, "settings", None)
        self._patience_s = settings.patience if settings else PATIENCE_S
        self.arriving: dict[TConn, Arrival] = {}
        self.collected = 0
        self._streaming: set[TConn] = set()
        self.queueing: deque[TConn] = deque()

    def accept(self, listener: Any) -> None:
        """Accept a connection, and wait for its request in the main loop."""
        if self.cfg.is_ssl:
            super().accept(listener)
            return
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        conn = TConn(self.cfg, client, address, listener.getsockname())
        conn.arrival = Arrival(self._patience_s)
        self._wait_for(conn)

    def _wait_for(self, conn: TConn) -> None:
        """Watch a connection on which a request is arriving."""
        self.arriving[conn] = conn.arrival
        self.collected += len(conn.arrival.data)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_more, conn))
        if self.collected > ALL_COLLECTED:
            self._drop(conn, _TOO_SLOW)

    def _on_more(self, conn: TConn, _: Any) -> None:
        self._take_out(conn)
        super().enqueue_req(conn)

    def enqueue_req(self, conn: TConn) -> None:
        """Give a connection to a thread, with a request that is just beginning to arrive."""
        if not self.cfg.is_ssl:
            conn.arrival = Arrival(self._patience_s)
            conn.arrival.data += conn.parser.unreader.take_buffered()
            conn.sock.setblocking(False)
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        """Handle a request, in a thread, if all of it is there."""
        if self.cfg.is_ssl:
            return super().handle(conn)
        arrival = conn.arrival
        if not arrival.may_stream:
            try:
                if not arrival.take(conn.sock):
                    return INCOMPLETE
            except HeadTooLarge:
                conn.sock.send(_TOO_LARGE)
                return False
            except OSError:
                return False
            if arrival.streams:
                return WANTS_TO_STREAM
        conn.arrival = None
        conn.init()
        conn.parser.unreader.unread(bytes(arrival.data))
        return super().handle(conn)

    def finish_request(self, conn: TConn, fs: Any) -> None:
        """Go on with a connection, in the main loop, after a thread had it."""
        found = None if fs.cancelled() or fs.exception() else fs.result()
        if found is INCOMPLETE:
            self._ask_for_more(conn)
            self._wait_for(conn)
        elif found is WANTS_TO_STREAM:
            self.queueing.append(conn)
        else:
            self._streaming.discard(conn)
            super().finish_request(conn, fs)
        while self.queueing and len(self._streaming) < max(1, self.cfg.threads - 1):
            self._stream(self.queueing.popleft())

    def _ask_for_more(self, conn: TConn) -> None:
        if conn.arrival.expects:
            conn.arrival.expects = False
            with contextlib.suppress(OSError):
                conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _stream(self, conn: TConn) -> None:
        stall = struct.pack("ll", self._patience_s, 0)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            conn.sock.setsockopt(socket.SOL_SOCKET, option, stall)
        conn.arrival.may_stream = True
        self._streaming.add(conn)
        super().enqueue_req(conn)

    def murder_pending(self) -> None:
        """Close what did not arrive in time."""
        super().murder_pending()
        now = time.monotonic()
        for conn, arrival in list(self.arriving.items()):
            if not self.alive and not arrival.data:
                # when stopping, nobody waits long for a request of which nothing came yet
                arrival.deadline = min(arrival.deadline, now + LINGER_S)
            if arrival.deadline <= now:
                self._drop(conn, _TOO_SLOW if arrival.data else b"")

    def _drop(self, conn: TConn, last_words: bytes) -> None:
        self._take_out(conn)
        with contextlib.suppress(OSError):
            conn.sock.send(last_words)
        self.nr_conns -= 1
        conn.close()

    def _take_out(self, conn: TConn) -> None:
        arrival = self.arriving.pop(conn)
        self.collected -= len(arrival.data)
        self.poller.unregister(conn.sock)
