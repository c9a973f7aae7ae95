"""What runs in the limited child of a notebook exercise: a Jupyter kernel, and nothing of ours."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ServeKernel:
    """A task for a child: be the kernel of a connection file until it is told to shut down."""

    connection_file: str

    def __call__(self, scratch: Path) -> None:
        """Serve; `scratch` is the working directory already."""
        # pylint: disable-next=import-outside-toplevel  # slow, and loaded in the zygote already
        from ipykernel.kernelapp import IPKernelApp

        # the environment of the course may name a back end that needs a screen
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
        app = IPKernelApp.instance()
        quiet = ["--HistoryManager.enabled=False", "--IPKernelApp.quiet=True"]
        app.initialize(["-f", self.connection_file, "--IPKernelApp.log_level=50", *quiet])
        app.start()
