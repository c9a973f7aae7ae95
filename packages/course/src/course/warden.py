"""Does jobs beside a learner's file: each in a child of its own, limited, watched and ended."""

from __future__ import annotations

import os
import pickle
import select
import socket

from course import channel, child, sandbox
from course.child import Job

REPLY = 3  # the descriptor on which a child answers


def play(connection: socket.socket, _: list[int]) -> None:
    """Do one job after another until the connection ends."""
    sandbox.become_subreaper()
    with connection.makefile("rwb") as stream:
        while (request := channel.receive(stream, channel.LARGEST_REQUEST)) is not None:
            outcome = _do(pickle.loads(request), connection)
            channel.send(stream, outcome.to_bytes())


def _do(job: Job, connection: socket.socket) -> sandbox.Outcome:
    reply, their_reply = os.pipe()
    output, their_output = os.pipe()
    pid = os.fork()
    if pid == 0:
        _become_child(their_reply, their_output)
        child.run(job, REPLY)
    os.close(their_reply)
    os.close(their_output)
    return sandbox.supervise(
        sandbox.Family(sandbox.Forked(pid), adopts=True),
        os.fdopen(reply, "rb"),
        os.fdopen(output, "rb"),
        job,
        # nothing is sent to us during a job: if there is something to read, it is the end
        given_up=lambda: bool(select.select([connection], [], [], 0)[0]),
    )


def _become_child(reply: int, output: int) -> None:
    """Leave the warden's session and descriptors; keep the standard streams and `REPLY`."""
    os.setsid()
    sandbox.die_with_parent()
    for standard in (1, 2):
        os.dup2(output, standard)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(reply, REPLY, inheritable=False)
    os.closerange(REPLY + 1, os.sysconf("SC_OPEN_MAX"))
