"""The kernel of a notebook exercise is a limited child, reached by the grader alone."""

import os
import pickle
from queue import Empty

import pytest
from ipykernel.kernelapp import IPKernelApp

from sandbox import sessions
from sandbox.confinement import Limits
from sandbox.kernel import KernelEnded, LimitedKernel
from sandbox.tasks import ServeKernel

pytestmark = pytest.mark.slow


@pytest.fixture
def start(tmp_path_factory):
    """Starts a kernel, which is stopped after the test."""
    started = []

    def starter(scratch=None):
        session = sessions.SpawnedSession()
        scratch = scratch or tmp_path_factory.mktemp("k")
        started.append(LimitedKernel(session, Limits(), (), scratch))
        return started[-1]

    yield starter
    for kernel in started:
        kernel.stop()


def test_a_kernel_lives_until_it_is_stopped(start):
    kernel = start()
    assert kernel.is_alive()

    kernel.stop()
    assert not kernel.is_alive()


def test_the_key_of_a_kernel_that_runs_is_not_lying_about(start, tmp_path_factory):
    scratch = tmp_path_factory.mktemp("k")
    start(scratch)

    assert not list(scratch.rglob("*.json"))


def test_an_interrupt_ends_nothing(start):
    kernel = start()
    kernel.interrupt()

    assert kernel.is_alive()


def test_waiting_for_a_message_has_an_end(start):
    kernel = start()

    with pytest.raises(Empty):
        kernel.get_message("shell", timeout=0.1)


def test_a_kernel_that_is_gone_is_waited_for_no_longer(start):
    kernel = start()
    kernel.execute_cell_input("import os\nos._exit(1)", allow_stdin=False)

    with pytest.raises(KernelEnded):
        while True:
            kernel.get_message("shell", timeout=60)


def test_a_kernel_that_publishes_late_is_asked_again(start, monkeypatch):
    real = LimitedKernel.await_idle
    calls = []

    def late(self, parent_id, timeout):
        calls.append(parent_id)
        if len(calls) == 1:
            raise Empty
        real(self, parent_id, timeout)

    monkeypatch.setattr(LimitedKernel, "await_idle", late)

    assert start().is_alive()
    assert len(calls) >= 2


def test_the_task_of_the_child_is_a_kernel_without_history(tmp_path, monkeypatch):
    seen = {}

    class App:
        """Stands in for the kernel, which never returns."""

        def initialize(self, arguments):
            seen["arguments"] = arguments

        def start(self):
            seen["back end"] = os.environ["MPLBACKEND"]

    monkeypatch.setenv("MPLBACKEND", "screen")
    monkeypatch.setattr(IPKernelApp, "instance", App)
    pickle.loads(pickle.dumps(ServeKernel("kernel.json")))(tmp_path)

    assert seen["arguments"][:2] == ["-f", "kernel.json"]
    assert "--HistoryManager.enabled=False" in seen["arguments"]
    assert seen["back end"] == "module://matplotlib_inline.backend_inline"
