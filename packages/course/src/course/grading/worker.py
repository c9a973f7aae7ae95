"""What the processes of the grader start as: `python -m course.grading.worker ROLE ...`.

With a descriptor and modules, a zygote of examiners or supervisors. Without, one examiner or one
child that reads its request from standard input and answers on what was its standard output, so
that nothing printed by the code it runs can get between.
"""

from __future__ import annotations

import os
import pickle
import socket
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO

from course.sandbox import child, framing, serialization, supervisor, zygote


def main(arguments: Sequence[str]) -> None:
    """Be a zygote (role, descriptor of the control socket, modules), or work on one request."""
    role, *rest = arguments
    if rest:
        control = socket.socket(fileno=int(rest[0]))
        zygote.load(rest[1:])
        zygote.serve(control, {"supervisor": supervisor.play, "examiner": _examine_for}[role])
        return
    request = framing.receive(sys.stdin.buffer, framing.LARGEST_REQUEST)
    answer = os.dup(1)
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if request is not None and role == "child":
        child.run(pickle.loads(request), answer)
    with os.fdopen(answer, "wb") as stream:
        _examine(request, stream, None)


def _examine_for(connection: socket.socket, descriptors: list[int]) -> None:
    """Grade one exercise; the descriptor is the control socket of the supervisors' zygote."""
    control = socket.socket(fileno=descriptors[0])
    with connection.makefile("rwb") as stream:
        _examine(framing.receive(stream, framing.LARGEST_REQUEST), stream, control)


def _examine(request: bytes | None, stream: BinaryIO, control: socket.socket | None) -> None:
    from course.grading import examiner  # pylint: disable=import-outside-toplevel  # loads pytest

    if request is not None:

        def say(what: Any) -> None:
            framing.send(stream, serialization.encode(what))

        say(examiner.examine(pickle.loads(request), control, say))


if __name__ == "__main__":
    main(sys.argv[1:])
