"""What the grader has done beside a learner's file, other than calling it: runs in the child.

Each is called with the scratch directory, in which the learner's file lies.
"""

import contextlib
import linecache
import os
import re
import socket
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import IO, Any
from wsgiref.simple_server import WSGIServer, make_server

from sandbox import import_hook

KEPT_OUTPUT = 2**20  # bytes, the last ones
# of a traceback of pytest: "checks.py:3: in <module>", or of Python: 'File "checks.py", line 3'
STEP = re.compile(r"""(?:^|File ")([^\s"]+\.py)(?:", line |:)(\d+)""", re.MULTILINE)


@dataclass(frozen=True)
class Shell:
    """Run a command; return its status, and the ends of what it printed.

    Attributes
    ----------
    hole : str or None
        What the learner's file is to be, in every Python that the command starts.
    """

    command: str | Sequence[str]
    stdin: str
    environment: Mapping[str, str]
    file: str
    hole: str | None

    def __call__(self, scratch: Path) -> dict[str, Any]:
        if self.hole is not None:
            import_hook.fill_in_children(self.hole, scratch / self.file, scratch / ".course")
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            done = subprocess.run(
                self.command,
                shell=isinstance(self.command, str),
                env={**os.environ, **self.environment},
                input=self.stdin.encode(),
                stdout=out,
                stderr=err,
                check=False,
            )
            return {"status": done.returncode, "stdout": _end_of(out), "stderr": _end_of(err)}


def _end_of(file: IO[bytes]) -> str:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - KEPT_OUTPUT))
    return file.read().decode("utf-8", "replace")


class _Server(ThreadingMixIn, WSGIServer):
    """Answers several requests at a time, as a real server does."""

    daemon_threads = True


@dataclass(frozen=True)
class ServeApp:
    """Serve the WSGI application that `make(module)` returns, until the process is ended."""

    make: Callable[[Any], Any]
    port: int

    def __call__(self, module: Any) -> None:
        app = self.make(module)
        with make_server("127.0.0.1", self.port, app, server_class=_Server) as server:
            server.serve_forever()


@dataclass(frozen=True)
class RunTests:
    """Run the learner's tests with a module put in place, and return how each one went.

    Attributes
    ----------
    module, source : str
        Name of the module under test, and the text that it is to have this time.
    """

    file: str
    module: str
    source: str

    def __call__(self, scratch: Path) -> dict[str, Any]:
        import pytest  # pylint: disable=import-outside-toplevel  # only this task needs it

        # every variant in the same place: what is under test must not tell by its path
        under_test = scratch / f"{self.module.rpartition('.')[2]}.py"
        under_test.write_text(self.source, encoding="utf-8")
        import_hook.fill(self.module, under_test)
        import_hook.fill_in_children(self.module, under_test, scratch / ".course")
        record = _Record(scratch)
        options = ["-p", "no:cacheprovider", "-p", "no:terminal", "--disable-plugin-autoload"]
        rooted = [f"--rootdir={scratch}", f"--config-file={os.devnull}", "--import-mode=importlib"]
        rooted.append(f"--confcutdir={scratch}")  # pytest would look at all that lies in /tmp, too
        if b"hypothesis" in (scratch / self.file).read_bytes():
            _keep_hypothesis_short()
        pytest.main([*options, *rooted, self.file], plugins=[record])
        return {"outcomes": record.outcomes, "messages": record.messages}


def _keep_hypothesis_short() -> None:
    """Do not make what fails small, in each of a dozen versions, and let a machine be slow."""
    with contextlib.suppress(ImportError):
        from hypothesis import Phase, settings  # pylint: disable=import-outside-toplevel

        short = {"phases": (Phase.explicit, Phase.generate), "deadline": None, "database": None}
        settings.register_profile("short", **short)
        settings.load_profile("short")


@dataclass
class _Record:
    """A pytest plugin that notes the outcome of each test, and what it says and where."""

    folder: Path
    outcomes: dict[str, str] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: Any) -> None:
        name = report.nodeid.partition("::")[2]
        if report.when == "call" or not report.passed:
            outcome = report.outcome if report.when == "call" else "error"
            self.outcomes[name] = "skipped" if report.skipped else outcome
        if report.failed:
            self.messages[name] = _message(report, self.folder)

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.outcomes[""] = "error"
            self.messages[""] = _message(report, self.folder)


def _message(report: Any, folder: Path) -> str:
    """Return file, line and source of what failed, and below it the first line of the message."""
    text = str(report.longreprtext).strip()
    crash = getattr(report.longrepr, "reprcrash", None)
    places = [(crash.path, crash.lineno)] if crash else STEP.findall(text)
    said = crash.message.splitlines()[0] if crash else text.splitlines()[-1].removeprefix("E ")
    for path, number in reversed(places):
        file = folder / path
        if file.is_relative_to(folder):
            source = linecache.getline(str(file), int(number)).strip()
            return f"{file.relative_to(folder)}:{number}: {source}\n{said.strip()}"
    return said.strip()[-500:]


@dataclass(frozen=True)
class ServeKernel:
    """Be the Jupyter kernel of a connection file until it is told to shut down."""

    connection_file: str

    def __call__(self, scratch: Path) -> None:
        # pylint: disable-next=import-outside-toplevel  # slow, and loaded in the zygote already
        from ipykernel.kernelapp import IPKernelApp

        # the environment of the course may name a back end that needs a screen
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
        app = IPKernelApp.instance()
        quiet = ["--HistoryManager.enabled=False", "--IPKernelApp.quiet=True"]
        app.initialize(["-f", self.connection_file, "--IPKernelApp.log_level=50", *quiet])
        app.start()


def free_port() -> int:
    """Return a port of the loopback interface that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Tell whether somebody listens on a port of the loopback interface."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
