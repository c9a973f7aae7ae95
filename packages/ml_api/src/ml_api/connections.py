"""A client's connection, piece by piece: what has arrived, what is to be sent, until when.

Nothing in here waits: sockets are read and written as far as they go, and `worker` comes back when
they go further.
"""

from __future__ import annotations

import contextlib
import socket
import time
from enum import Enum, auto
from typing import Any

from gunicorn import http

LARGEST_HEAD = 64 * 1024
# what a head and one row take; more is read by the length that the head tells
PIECE = 16 * 1024
LARGEST_PIECE = 2**20
LARGEST_COLLECTED = 2 * 2**20
# answered line by line while it comes in, so a thread of its own takes it however short it is
LINES = b"application/x-ndjson"

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class HeadTooLarge(Exception):
    """The head of a request goes on and on."""


class Arrival:
    """What has arrived of a request.

    Attributes
    ----------
    data : bytearray
        All bytes so far.
    streams : bool
        A thread has to take it as it comes: it tells no length, is large or comes line by line.
    ended : bool
        The client sends no more: the request is as whole as it will ever be.
    """

    def __init__(self, data: bytes = b"") -> None:
        self.data = bytearray(data)
        self.streams = self.ended = False
        self.expects = False
        self._head = self._whole = 0  # where the head ends, and the body; 0 before it is known

    def is_ready(self) -> bool:
        """Whether it is time to go to work on it."""
        if not self._head:
            end = self.data.find(b"\r\n\r\n")
            if end < 0:
                return self.ended
            self._read_head(end + 4)
        return self.streams or self.ended or len(self.data) >= self._whole

    def _read_head(self, end: int) -> None:
        head = bytes(self.data[:end]).lower()
        length = header(head, b"content-length")
        # a length that is none is the parser's to refuse, which needs no body for it
        self._head = end
        self._whole = end + (int(length) if length.isdigit() and len(length) < 18 else 0)
        self.streams = (
            bool(header(head, b"transfer-encoding"))
            or self._whole > LARGEST_COLLECTED
            or header(head, b"content-type").startswith(LINES)
        )
        self.expects = header(head, b"expect") == b"100-continue" and not self.streams

    def take(self, client: socket.socket) -> bool:
        """Take what is there to be read; return whether it makes, or ends, the request.

        Raises
        ------
        HeadTooLarge
            If the head does not end in time.
        OSError
            If the connection broke.
        """
        while not self.is_ready():
            try:
                piece = client.recv(self._lacking())
            except BlockingIOError:
                return False
            self.ended = not piece
            self.data += piece
            if not self._head and len(self.data) > LARGEST_HEAD:
                raise HeadTooLarge
        return True

    def _lacking(self) -> int:
        return max(PIECE, min(self._whole - len(self.data), LARGEST_PIECE))

    def parts(self) -> tuple[bytes, bytes, bytes]:
        """Return the head, the body, and what the client sent along of its next request."""
        if not self._head:
            return bytes(self.data), b"", b""
        with memoryview(self.data) as data:
            head, body = data[: self._head], data[self._head : self._whole]
            return bytes(head), bytes(body), bytes(data[self._whole :])


def header(head: bytes, name: bytes) -> bytes:
    """Return the value of a header, both in lower case; nothing when it is not there."""
    start = head.find(b"\r\n%b:" % name)
    if start < 0:
        return b""
    start += len(name) + 3
    return head[start : head.find(b"\r\n", start)].strip()


class For(Enum):
    """What the main loop can wait for: a client that sends, takes, or closes its end."""

    REQUEST = auto()
    ROOM = auto()
    END = auto()


class Connection:
    """A client, as the main loop sees it.

    Parameters
    ----------
    sock : socket
        The main loop never blocks on it.
    client : address
        Of the other end.

    Attributes
    ----------
    server : address
        Of our end.
    arrival : Arrival
        The request that is coming in.
    unsent : bytearray
        What the client has not taken yet of its answer.
    keeps : bool
        Whether another request may follow the answer.
    deadline : float
        When to give up waiting for the client, on the clock `time.monotonic`.
    waits : For or None
        What the main loop waits for; None while a thread has the client.
    counted : int
        The bytes that the main loop counts as held for the client.
    """

    def __init__(self, sock: socket.socket, client: Any):
        sock.setblocking(False)
        self.sock, self.client, self.server = sock, client, sock.getsockname()
        self.arrival = Arrival()
        self.unsent = bytearray()
        self.keeps = True
        self.deadline = 0.0
        self.waits: For | None = None
        self.counted = 0

    @property
    def held(self) -> int:
        """Bytes in memory for the client."""
        return len(self.arrival.data) + len(self.unsent)

    def give(self, seconds: float) -> None:
        """Put the deadline so many seconds from now."""
        self.deadline = time.monotonic() + seconds

    def send(self) -> bool:
        """Send what the client takes; return whether that was all.

        Raises
        ------
        OSError
            If the connection broke.
        """
        if self.unsent:
            with contextlib.suppress(BlockingIOError):
                del self.unsent[: self.sock.send(self.unsent)]
        return not self.unsent


class Outbox:
    """Collects an answer where gunicorn expects the socket to send it on."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        """Take a piece of the answer."""
        self.pieces.append(data)

    def recv(self, _: int) -> bytes:
        """Say that nothing more comes: the request is whole."""
        return b""

    def gettimeout(self) -> float:
        """Say that nothing here waits."""
        return 0.0

    def _ignore(self, *_: Any) -> None:
        """Do nothing: when the socket waits or closes is not up to gunicorn."""

    setblocking = settimeout = shutdown = close = _ignore
    # all that gunicorn sends this way is 100 Continue, for a body that is here already
    send = _ignore


class Whole:
    """A request that is all there, in the shape of a connection that gunicorn handles.

    Parameters
    ----------
    cfg : gunicorn's Config
    conn : Connection
        Where it came from. It is not touched: the answer goes to `sock`, an `Outbox`.

    Attributes
    ----------
    rest : bytes
        What the client sent along of its next request.
    """

    initialized = data_ready = True
    is_http2 = False

    def __init__(self, cfg: Any, conn: Connection):
        self.client, self.server = conn.client, conn.server
        head, body, self.rest = conn.arrival.parts()
        # in two pieces: the parser copies what it is given a few times while it looks for the head
        self.parser = http.get_parser(cfg, [head, body], conn.client)
        self.sock = Outbox()

    def init(self) -> None:
        """Do nothing: it is ready."""

    def answer(self) -> bytes:
        """Return what the client is to be sent."""
        return b"".join(self.sock.pieces)
