"""What an examiner starts as: a fork of a zygote, or `python -m course.grading.worker`."""

from __future__ import annotations

import os
import pickle
import socket
from typing import Any, BinaryIO

from sandbox import framing, serialization


def examine_for(connection: socket.socket, descriptors: list[int]) -> None:
    """Grade one exercise; the descriptor is the control socket of the supervisors' zygote."""
    control = socket.socket(fileno=descriptors[0])
    with connection.makefile("rwb") as stream:
        _examine(framing.receive(stream, framing.LARGEST_REQUEST), stream, control)


def main() -> None:
    """Grade the exercise on standard input."""
    request, answer = framing.take_streams()
    with os.fdopen(answer, "wb") as stream:
        _examine(request, stream, None)


def _examine(request: bytes | None, stream: BinaryIO, control: socket.socket | None) -> None:
    from course.grading import examiner  # pylint: disable=import-outside-toplevel  # loads pytest

    if request is not None:

        def say(what: Any) -> None:
            framing.send(stream, serialization.encode(what))

        say(examiner.examine(pickle.loads(request), control, say))


if __name__ == "__main__":
    main()
