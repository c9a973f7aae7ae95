"""Sessions with supervisors: what happens when one of the processes between is killed."""

import contextlib
import dataclasses
import pickle
import platform
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from small_limits import LIMITS

from sandbox import confinement, sessions
from sandbox.child import Job
from sandbox.supervisor import Outcome
from sandbox.zygote import Zygote

LINUX = sys.platform == "linux"
SLEEP = "import time; time.sleep(1000)"
KERNEL = tuple(int(number) for number in platform.release().split(".")[:2]) if LINUX else ()


class Execute:
    """A task: run some code in the child."""

    def __init__(self, code):
        self.code = code

    def __reduce__(self):
        return exec, (self.code,)


@pytest.fixture
def job(tmp_path):
    """Make jobs with a scratch directory, which may also write to the test's own."""
    with contextlib.ExitStack() as stack:

        def make(code):
            return Job(
                task=pickle.dumps(Execute(code)),
                file="answer.py",
                hole=None,
                limits=dataclasses.replace(LIMITS, writable=(*LIMITS.writable, str(tmp_path))),
                scratch=stack.enter_context(confinement.scratch_directory()),
            )

        yield make


@pytest.fixture
def zygote():
    with contextlib.closing(Zygote()) as process:
        yield process


@pytest.fixture(params=["forked", "spawned"])
def session(request, zygote):
    if request.param == "forked":
        made = sessions.ForkedSession(zygote.control)
    else:
        made = sessions.SpawnedSession()
    with contextlib.closing(made):
        yield made


@pytest.fixture
def forked(zygote):
    """A session of which the zygote is known."""
    with contextlib.closing(sessions.ForkedSession(zygote.control)) as made:
        yield made


def family(zygote):
    """Return the processes below a zygote that are alive."""
    alive = []
    for process in psutil.Process(zygote.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process)
    return alive


def wait_until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
    return condition()


def test_a_job_that_runs_can_be_stopped_and_what_it_printed_is_told(session, job, tmp_path):
    session.start(job(f"print('up', flush=True); open({str(tmp_path / 'up')!r}, 'w'); {SLEEP}"))
    wait_until((tmp_path / "up").exists)
    assert not session.finished()

    outcome = session.stop()

    assert (outcome.stopped, outcome.output) == ("wall_s", "up\n")


@pytest.mark.slow
def test_jobs_follow_one_another(session, job):
    for number in (1, 2):
        session.start(job(f"print('job {number}')"))
        assert session.wait().output == f"job {number}\n"


def test_a_session_that_never_began_has_no_outcome(session):
    assert session.finished()
    assert session.wait() == Outcome(None, None, "supervisor", "")


def test_hanging_up_ends_the_job(zygote, forked, job):
    forked.start(job(SLEEP))
    wait_until(lambda: len(family(zygote)) == 2)

    forked.close()

    wait_until(lambda: not family(zygote))


@pytest.mark.slow
def test_the_child_of_a_killed_supervisor_ends_and_so_do_its_daemons(zygote, forked, job):
    forked.start(job(f"import os; os.fork() or os.setsid(); {SLEEP}"))
    wait_until(lambda: len(family(zygote)) == 3)

    psutil.Process(zygote.process.pid).children()[0].kill()

    assert forked.wait().stopped == "supervisor"
    wait_until(lambda: not family(zygote))


def test_after_a_supervisor_was_killed_the_next_job_gets_another(zygote, forked, job):
    forked.start(job(SLEEP))
    wait_until(lambda: family(zygote))
    family(zygote)[0].kill()
    forked.wait()

    forked.start(job("print('again')"))

    assert forked.wait().output == "again\n"


def test_without_a_zygote_there_is_no_supervisor(zygote, forked, job):
    zygote.process.kill()
    zygote.process.wait()

    forked.start(job("pass"))

    assert forked.finished()
    assert forked.stop() == Outcome(None, None, "supervisor", "")


def test_a_supervisor_that_sends_nonsense_is_as_good_as_dead(forked):
    ours, theirs = socket.socketpair()
    with theirs:
        forked.connection = ours
        theirs.sendall(b"\xff" * 64)

        assert forked.wait().stopped == "supervisor"


def test_a_zygote_has_loaded_what_it_loads_when_waiting_is_over():
    with contextlib.closing(Zygote(preload=["sqlite3"])) as zygote:
        zygote.wait()
        zygote.wait()  # and whoever comes later does not wait

        assert any(
            "sqlite3" in file.path for file in psutil.Process(zygote.process.pid).memory_maps()
        )


@pytest.mark.skipif(
    KERNEL < (6, 1) or not Path("/sys/kernel/mm/transparent_hugepage").exists(),
    reason="only Linux 6.1 and later takes such advice, where it was built with large pages",
)
def test_a_zygote_has_its_memory_in_large_pages():
    with contextlib.closing(Zygote(preload=["pandas"])) as zygote:
        zygote.wait()
        memory = Path(f"/proc/{zygote.process.pid}/smaps_rollup").read_text("utf-8")

    assert int(re.search(r"AnonHugePages: +(\d+)", memory)[1]) > 10_000  # kB


def test_a_zygote_ends_when_nobody_holds_it_any_more():
    zygote = Zygote()

    zygote.control.close()

    assert zygote.process.wait(10) == 0


@pytest.mark.slow
def test_a_zygote_that_does_not_end_by_itself_is_killed(monkeypatch):
    monkeypatch.setattr("sandbox.zygote.CLOSE_S", 0.0)
    zygote = Zygote(preload=["pandas"])

    zygote.close()

    assert not zygote.alive


@pytest.mark.parametrize(("variable", "expected"), [("1", False), ("", True)])
def test_forking_can_be_done_without(monkeypatch, variable, expected):
    monkeypatch.setenv("SANDBOX_NO_FORK", variable)

    assert sessions.can_fork() is expected


def test_a_worker_without_a_request_ends():
    done = subprocess.run(
        [sys.executable, "-m", "sandbox"],
        stdin=subprocess.DEVNULL,
        check=False,
        capture_output=True,
    )
    assert (done.returncode, done.stdout) == (0, b"")
