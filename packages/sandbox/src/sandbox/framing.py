"""Messages over a stream of bytes: eight bytes of length, then the message."""

import os
import struct
import sys
from typing import BinaryIO

LARGEST_REQUEST = 2**31  # between processes of our own: a table of any honest size
_LENGTH = struct.Struct("!Q")


class FramingError(ValueError):
    """The other side sent what is no message."""


def send(stream: BinaryIO, message: bytes) -> None:
    """Write one message.

    Raises
    ------
    OSError
        The other side is gone.
    """
    stream.write(frame(message))
    stream.flush()


def frame(message: bytes) -> bytes:
    """Return what `send` writes."""
    return _LENGTH.pack(len(message)) + message


def receive(stream: BinaryIO, largest: int) -> bytes | None:
    """Read one message of at most `largest` bytes; None where the stream ends instead.

    Raises
    ------
    FramingError
        A longer message is announced. Nothing of it is read.
    """
    header = stream.read(_LENGTH.size)
    if header is None or len(header) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(header)
    if length > largest:
        raise FramingError(f"a message of {length:,} bytes is announced")
    message = stream.read(length)
    return message if message is not None and len(message) == length else None


def take_streams() -> tuple[bytes | None, int]:
    """Return the message on standard input, and a descriptor for the answer to it.

    The answer goes where standard output went; whatever is printed from now on goes to standard
    error, so that nothing can get between.
    """
    message = receive(sys.stdin.buffer, LARGEST_REQUEST)
    answer = os.dup(1)
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    return message, answer
