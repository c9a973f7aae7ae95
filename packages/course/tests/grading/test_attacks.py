"""No trick in an answer makes it pass, and none leaves anything behind."""

import socket
import sys
from collections.abc import Mapping

import pytest

from attacks import ATTACKS, KNOWING

from targets import TARGETS, grade, isolates

pytestmark = pytest.mark.slow

NOTHING_REACHED = """
def test_nothing_is_reached(submission):
    assert submission.run(lambda code: code.reach()) == []
"""
NOTHING_REACHED_TWICE = """
def test_nothing_is_reached_at_the_second_time(submission):
    submission.run(lambda code: code.reach())
    assert submission.run(lambda code: code.reach()) == []
"""
TRYING = """
import ctypes, os, socket

def reach():
    reached = []
    for what, attempt in attempts():
        try:
            reached.append((what, str(attempt())))
        except OSError:
            pass
    return reached
"""
REACHING = f"""{TRYING}
def attempts():
    yield "the port", lambda: socket.create_connection(("127.0.0.1", @PORT@), 1)
    yield "the port by its name", lambda: socket.create_connection(("localhost", @PORT@), 1)
    yield "the file", lambda: socket.socket(socket.AF_UNIX).connect("@ROOT@/local")
    for _, name in socket.if_nameindex():
        if name != "lo":
            yield "an interface", lambda: name
"""
WRITING = f"""{TRYING}
def attempts():
    for folder in ("@ROOT@", "@ROOT@/exercises/01_start", "/tmp", "/var/tmp", "/", "/usr", "../.."):
        mark = folder + "/mark"
        yield mark, lambda: open(mark, "w")
        yield mark, lambda: os.mkdir(mark)
        yield mark, lambda: os.symlink("/", mark)
        yield folder, lambda: os.chmod(folder, 0o777)
        yield folder, lambda: os.utime(folder, (1, 1))
        yield folder, lambda: os.setxattr(folder, "user.mark", b"x")
    for path in ("@ROOT@/exercises/01_start/lesson.toml", "@ROOT@/src/desk_shop/__init__.py"):
        yield path, lambda: open(path, "a")
        yield path, lambda: os.truncate(path, 0)
        yield path, lambda: os.chmod(path, 0o777)
        yield path, lambda: os.remove(path)
        yield path, lambda: os.rename("summary.py", path)
"""
MARKING = f"""{TRYING}
def attempts():
    for folder in ("/dev/shm", "/dev", "/tmp", "/var/tmp", "@ROOT@", "..", "../..", "/run/lock"):
        yield folder, lambda: os.stat(folder + "/mark")
        yield "", lambda: open(folder + "/mark", "w").close() or fail()
    library = ctypes.CDLL(None)
    yield "System V", lambda: library.shmget(0xC0FFEE, 8, 0o600) >= 0 or fail()
    yield "", lambda: library.shmget(0xC0FFEE, 8, 0o1600) and fail()
    yield "a queue", lambda: library.mq_open(b"/mark", os.O_RDWR, 0o600, None) >= 0 or fail()
    yield "", lambda: library.mq_open(b"/mark", os.O_RDWR | os.O_CREAT, 0o600, None) and fail()

def fail():
    raise OSError
"""
LOOKING = f"""{TRYING}
def attempts():
    mine = os.getpid(), os.getppid()
    for name in filter(str.isdigit, os.listdir("/proc")):
        if int(name) not in mine:
            yield name, lambda: open(f"/proc/{{name}}/cmdline").read()
    yield "the memory of the parent", lambda: open(f"/proc/{{mine[1]}}/mem", "rb")
    yield "what the parent was told", lambda: open(f"/proc/{{mine[1]}}/environ").read()
    yield "the parent's descriptors", lambda: open(f"/proc/{{mine[1]}}/fd/3", "wb")
"""
ANOTHER_SEED = 20_260


def each(attacks: Mapping[str, Mapping[str, str]]) -> list[object]:
    """Return parameters: the kind of exercise, and the name of the attack."""
    return [
        pytest.param(kind, name, id=f"{kind} {name}")
        for kind, answers in attacks.items()
        for name in answers
    ]


in_strict = pytest.mark.parametrize("guarded", ["strict"], indirect=True)
in_plain = pytest.mark.parametrize("guarded", ["plain"], indirect=True)


def test_there_are_attacks_of_each_kind():
    assert ATTACKS.keys() == KNOWING.keys() == TARGETS.keys()
    assert sum(map(len, ATTACKS.values())) >= 45


@pytest.mark.parametrize("kind", TARGETS)
def test_what_is_attacked_can_be_passed(guarded, kind):
    verdict = grade(guarded, kind, TARGETS[kind].right, seed=ANOTHER_SEED)

    assert (verdict.verdict, verdict.message) == ("passed", "Twice is twice.")


@pytest.mark.parametrize(("kind", "name"), each(ATTACKS))
def test_an_answer_that_attacks_does_not_pass(guarded, kind, name):
    verdict = grade(guarded, kind, ATTACKS[kind][name], time_limit_s=60)

    assert verdict.verdict in ("failed", "broken")
    assert (verdict.points, verdict.trouble) == (0, False)
    assert verdict.message.encode()


@in_plain
@pytest.mark.parametrize(("kind", "name"), each(KNOWING))
def test_who_fools_only_themself_can(guarded, kind, name):
    # so that what strict grading is asked to hide is really there
    verdict = grade(guarded, kind, KNOWING[kind][name])

    assert (verdict.verdict, verdict.message) == ("passed", "Twice is twice.")


@in_strict
@pytest.mark.parametrize(("kind", "name"), each(KNOWING))
def test_an_answer_that_knows_what_is_wanted_does_not_pass_strictly(guarded, kind, name):
    verdict = grade(guarded, kind, KNOWING[kind][name], seed=ANOTHER_SEED)

    assert verdict.verdict in ("failed", "broken")
    assert (verdict.points, verdict.trouble) == (0, False)


@in_strict
def test_a_socket_of_the_test_is_out_of_reach(guarded):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(str(guarded.root / "local"))
        local.listen()
        answer = REACHING.replace("@PORT@", str(server.getsockname()[1]))
        verdict = grade(guarded, "alone", answer, tests=NOTHING_REACHED)

    assert (verdict.verdict, verdict.message) == ("passed", "Twice is twice.")


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock and namespaces are of Linux")
def test_nothing_outside_can_be_written(guarded):
    if not isolates(guarded.grader):
        pytest.skip("modes and times of files are kept by namespaces only")

    verdict = grade(guarded, "alone", WRITING, tests=NOTHING_REACHED)

    assert (verdict.verdict, verdict.message) == ("passed", "Twice is twice.")


def test_no_mark_is_there_in_the_next_run(guarded):
    if not isolates(guarded.grader):
        pytest.skip("shared memory is private in namespaces only")

    verdict = grade(guarded, "alone", MARKING, tests=NOTHING_REACHED_TWICE)

    assert (verdict.verdict, verdict.message) == ("passed", "Twice is twice.")


@in_strict
def test_of_processes_an_answer_sees_its_own_only(guarded):
    verdict = grade(guarded, "alone", LOOKING, tests=NOTHING_REACHED)

    assert (verdict.verdict, verdict.message) == ("passed", "Twice is twice.")
