"""What the processes of a sandbox start as: `python -m sandbox [ROLE DESCRIPTOR MODULE ...]`.

With a role, the descriptor of a control socket, and modules: a zygote whose forks play that role.
Without: one child that does one job.
"""

from __future__ import annotations

import pickle
import pkgutil
import socket
import sys
from collections.abc import Sequence

from sandbox import child, framing, zygote


def main(arguments: Sequence[str]) -> None:
    """Be a zygote, or do the job on standard input and answer on what was standard output."""
    if arguments:
        role, descriptor, *modules = arguments
        control = socket.socket(fileno=int(descriptor))
        zygote.load(modules)
        zygote.serve(control, pkgutil.resolve_name(role))
        return
    job, reply = framing.take_streams()
    if job is not None:
        child.run(pickle.loads(job), reply)


if __name__ == "__main__":
    main(sys.argv[1:])
