"""What the processes of the grader start as: `python -m course.worker ROLE ...`.

With a descriptor and modules, a zygote of examiners or wardens. Without, one examiner or one child
that reads its request from standard input and answers on what was its standard output, so that
nothing printed by the code it runs can get between.
"""

from __future__ import annotations

import os
import pickle
import socket
import sys
from collections.abc import Sequence

from course import channel, child, warden, zygote


def main(arguments: Sequence[str]) -> None:
    """Be a zygote (role, descriptor of the control socket, modules), or work on one request."""
    role, *rest = arguments
    if not rest:
        _work(role)
        return
    control = socket.socket(fileno=int(rest[0]))
    zygote.load(rest[1:])
    zygote.serve(control, {"warden": warden.play, "examiner": _examine}[role])


def _work(role: str) -> None:
    request = channel.receive(sys.stdin.buffer, channel.LARGEST_REQUEST)
    answer = os.dup(1)
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if request is None:
        return
    if role == "child":
        child.run(pickle.loads(request), answer)
    from course import examiner  # pylint: disable=import-outside-toplevel  # loads pytest

    with os.fdopen(answer, "wb") as stream:
        channel.send(stream, examiner.examine(pickle.loads(request), None))


def _examine(connection: socket.socket, descriptors: list[int]) -> None:
    """Grade one exercise. The further descriptor is the control socket of the wardens' zygote."""
    from course import examiner  # pylint: disable=import-outside-toplevel  # loads pytest

    with connection.makefile("rwb") as stream:
        request = channel.receive(stream, channel.LARGEST_REQUEST)
        if request is not None:
            control = socket.socket(fileno=descriptors[0])
            channel.send(stream, examiner.examine(pickle.loads(request), control))


if __name__ == "__main__":
    main(sys.argv[1:])
