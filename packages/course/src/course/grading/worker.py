"""What an examiner starts as: a fork of a zygote, or `python -m course.grading.worker`."""

import os
import pickle
import socket
from typing import Any, BinaryIO

from course.grading import examiner
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
    def say(what: Any) -> None:
        framing.send(stream, serialization.encode(what))

    if request is not None:
        say(examiner.examine(pickle.loads(request), control, say))


if __name__ == "__main__":
    main()
