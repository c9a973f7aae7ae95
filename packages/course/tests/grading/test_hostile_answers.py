"""Whatever a learner's file does ends in a verdict, and in nothing else."""

import contextlib
import os
import sys
import textwrap
import time

import psutil
import pytest

from sandbox import landlock

pytestmark = pytest.mark.slow

RIGHT = "def double(number):\n    return 2 * number\n"


@pytest.fixture(autouse=True)
def way(request, monkeypatch):
    """How processes come to be."""
    name = getattr(request, "param", "forked")
    if name == "spawned":
        monkeypatch.setenv("SANDBOX_NO_FORK", "1")
    return name


# where what a process did is found out by its parent, which is another one then
WAYS = ["forked", pytest.param("spawned", marks=pytest.mark.slow)]
both_ways = pytest.mark.parametrize("way", WAYS, indirect=True)


@pytest.fixture(autouse=True)
def nothing_left_behind(desk):
    """No process of an answer outlives its verdict."""
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    yield
    # pylint: disable-next=protected-access  # which processes are warm is nobody else's business
    kept = before | {zygote.process.pid for zygote in desk.grader._zygotes.values()}
    deadline = time.monotonic() + 10
    while left := [p for p in psutil.Process().children(recursive=True) if _lives(p, kept)]:
        assert time.monotonic() < deadline, f"still running: {left}"


def _lives(process, kept):
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.pid not in kept and process.status() != psutil.STATUS_ZOMBIE
    return False


def body(code: str) -> str:
    """Return an answer whose function runs `code`."""
    return "import os, sys, time\n\ndef double(number):\n" + textwrap.indent(
        textwrap.dedent(code).strip(), "    "
    )


# -- files that are no answer ---------------------------------------------------------------------


@both_ways
def test_a_syntax_error_is_shown_with_line_and_source(desk):
    verdict = desk.grade("def double(number):\n    return (2 * number\n")

    assert verdict.verdict == "broken"
    assert "SyntaxError: '(' was never closed" in verdict.message
    assert "double.py:2" in verdict.message
    assert "return (2 * number" in verdict.message


def test_an_error_at_import_is_shown_with_line_and_source(desk):
    verdict = desk.grade("import math\n\nLIMIT = math.sqrt(-1)\n")

    assert verdict.verdict == "broken"
    assert "ValueError" in verdict.message
    assert "double.py:3: LIMIT = math.sqrt(-1)" in verdict.message


def test_a_missing_file_is_named(desk):
    verdict = desk.grade(None)

    assert (verdict.verdict, verdict.points) == ("broken", 0)
    assert "double.py is missing" in verdict.message


@pytest.mark.parametrize("content", [b"", b" \n\n"])
def test_an_empty_file_is_broken(desk, content):
    verdict = desk.grade(content)

    assert verdict.verdict == "broken"
    assert "double.py is empty" in verdict.message


def test_a_folder_in_place_of_the_file_is_broken(desk):
    (desk.root / "exercises/01_start/double.py").mkdir(parents=True)

    verdict = desk.grade(None)

    assert verdict.verdict == "broken"
    assert "double.py is a folder" in verdict.message


def test_a_pipe_in_place_of_the_file_is_broken(desk):
    (desk.root / "exercises/01_start").mkdir(parents=True)
    os.mkfifo(desk.root / "exercises/01_start/double.py")

    assert "double.py is not a file" in desk.grade(None).message


def test_a_file_that_is_not_utf8_is_broken_and_the_byte_is_named(desk):
    verdict = desk.grade(b"# a house\n# caf\xe9\n")

    assert verdict.verdict == "broken"
    assert "line 2 has the byte 0xe9" in verdict.message


def test_a_file_with_a_null_byte_is_broken(desk):
    assert desk.grade(b"x = 1\0\n").verdict == "broken"


def test_a_renamed_function_is_named_with_the_one_that_is_there(desk):
    verdict = desk.grade("def dubble(number):\n    return 2 * number\n")

    assert verdict.verdict == "broken"
    assert verdict.message.startswith("`double` is not defined in double.py.")
    assert "`dubble`" in verdict.message


# -- answers that do not come to an end -----------------------------------------------------------


@both_ways
@pytest.mark.parametrize("code", ["while True: pass", "time.sleep(1000)"])
def test_a_loop_without_end_is_a_timeout(desk, code):
    verdict = desk.grade(body(code), time_limit_s=1)

    assert verdict.verdict == "timeout"
    assert "stopped after 1 second." in verdict.message


def test_a_loop_without_end_at_import_is_a_timeout(desk):
    assert desk.grade("while True:\n    pass\n", time_limit_s=1).verdict == "timeout"


def test_an_answer_that_ignores_signals_is_a_timeout_too(desk):
    code = """
    import signal
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGXCPU, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    while True: pass
    """
    assert desk.grade(body(code), time_limit_s=1).verdict == "timeout"


@both_ways
@pytest.mark.parametrize("code", ["sys.exit(0)", "raise SystemExit"])
def test_leaving_the_program_is_a_failure(desk, code):
    verdict = desk.grade(body(code))

    assert verdict.verdict == "failed"
    assert "ends the whole program" in verdict.message
    assert f"double.py:4: {code}" in verdict.message


def test_leaving_the_program_at_import_is_broken(desk):
    verdict = desk.grade("import sys\nsys.exit(0)\n" + RIGHT)

    assert verdict.verdict == "broken"
    assert "double.py:2: sys.exit(0)" in verdict.message


@both_ways
def test_ending_the_process_is_a_failure_whatever_its_status(desk):
    verdict = desk.grade(body("os._exit(0)"))

    assert verdict.verdict == "failed"
    assert "ended the process it ran in (exit status 0)" in verdict.message


def test_ending_the_process_at_import_is_a_failure(desk):
    assert desk.grade("import os\nos._exit(0)\n").verdict == "failed"


@both_ways
def test_a_crash_of_the_interpreter_is_a_failure(desk):
    verdict = desk.grade(body("import ctypes; ctypes.string_at(0)"))

    assert verdict.verdict == "failed"
    assert "signal 11" in verdict.message


def test_endless_recursion_is_a_failure_with_the_line(desk):
    verdict = desk.grade("def double(number):\n    return double(number)\n")

    assert "RecursionError" in verdict.message
    assert "double.py:2: return double(number)" in verdict.message


# -- answers that take too much -------------------------------------------------------------------


@both_ways
def test_memory_without_end_is_refused(desk):
    verdict = desk.grade(body("hoard = []\nwhile True: hoard.append(bytearray(2**24))"))

    assert verdict.verdict == "failed"
    assert "MemoryError" in verdict.message or "of memory" in verdict.message


@both_ways
def test_memory_taken_by_a_whole_family_is_refused(desk):
    code = """
    for _ in range(6):
        if os.fork() == 0:
            hoard = b"x" * (150 * 2**20)
            time.sleep(60)
    time.sleep(60)
    """
    verdict = desk.grade(body(code))

    assert verdict.verdict == "failed"
    assert "of memory" in verdict.message


@both_ways
def test_a_fork_bomb_is_stopped(desk):
    # bounded, for the sake of this machine: 2**7 processes, none of which goes away by itself
    verdict = desk.grade(body("for _ in range(7): os.fork()\ntime.sleep(60)"))

    assert verdict.verdict == "failed"
    assert "started more than 12 processes" in verdict.message


def test_a_fork_bomb_that_leaves_its_session_is_stopped(desk):
    code = """
    for _ in range(7):
        if os.fork() == 0:
            os.setsid()
    time.sleep(60)
    """
    assert "more than 12 processes" in desk.grade(body(code)).message


def test_a_daemon_does_not_outlive_the_verdict(desk):
    code = """
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1000)
        os._exit(0)
    return 6
    """
    assert desk.grade(body(code)).verdict == "passed"


@both_ways
def test_a_thread_that_goes_on_does_not_hold_up_the_verdict(desk):
    code = """
    import threading
    threading.Thread(target=time.sleep, args=[1000]).start()
    return 6
    """
    assert desk.grade(body(code)).verdict == "passed"


@both_ways
def test_a_huge_file_is_refused(desk):
    code = """
    with open("huge", "wb") as file:
        while True: file.write(bytes(2**20))
    """
    verdict = desk.grade(body(code))

    assert verdict.verdict == "failed"
    assert "File too large" in verdict.message


@both_ways
def test_gigabytes_in_many_files_are_refused(desk):
    code = """
    for number in range(1000):
        open(f"part{number}", "wb").write(bytes(2**22))
    time.sleep(60)
    """
    verdict = desk.grade(body(code))

    assert verdict.verdict == "failed"
    assert "wrote more than 16 MB" in verdict.message


@both_ways
def test_files_without_number_are_refused(desk):
    code = """
    for number in range(500):
        open(f"part{number}", "wb").close()
    time.sleep(60)
    """
    assert "made more than 100 files" in desk.grade(body(code)).message


@both_ways
def test_a_flood_of_binary_output_is_stopped(desk):
    verdict = desk.grade(body("while True: os.write(1, os.urandom(2**16))"))

    assert verdict.verdict == "failed"
    assert "printed more than 1 MB" in verdict.message
    assert len(verdict.message) < 5000
    assert all(sign.isprintable() or sign == "\n" for sign in verdict.message)


def test_a_flood_of_data_as_the_answer_is_refused(desk):
    verdict = desk.grade("def double(number):\n    return 'x' * (100 * 2**20)\n")

    assert verdict.verdict == "failed"


# -- answers that break what is around them --------------------------------------------------------


@both_ways
def test_an_answer_may_delete_its_working_directory(desk):
    code = """
    import shutil
    shutil.rmtree(os.getcwd())
    return 6
    """
    assert desk.grade(body(code)).verdict == "passed"


def test_an_answer_may_lock_its_working_directory(desk):
    code = """
    os.makedirs("a/b")
    os.chmod("a", 0)
    os.chmod(os.getcwd(), 0)
    return 6
    """
    assert desk.grade(body(code)).verdict == "passed"


@pytest.mark.skipif(landlock.version() == 0, reason="needs a kernel with Landlock")
def test_an_answer_cannot_write_outside_its_scratch_directory(desk, tmp_path):
    verdict = desk.grade(body(f"open({str(tmp_path / 'outside')!r}, 'w')"))

    assert verdict.verdict == "failed"
    assert "double.py:4: open(" in verdict.message
    assert not (tmp_path / "outside").exists()


@both_ways
@pytest.mark.skipif(landlock.version() < 6, reason="needs a kernel whose Landlock knows signals")
def test_an_answer_cannot_kill_its_parent(desk):
    verdict = desk.grade(body("os.kill(os.getppid(), 9)"))

    assert verdict.verdict == "failed"
    assert "double.py:4: os.kill(os.getppid(), 9)" in verdict.message
    assert desk.grade(RIGHT).verdict == "passed"


@both_ways
def test_closing_every_file_is_a_failure_not_a_crash(desk):
    verdict = desk.grade(body("os.closerange(0, 256)\nreturn 6"))

    assert verdict.verdict == "failed"
    assert "without an answer" in verdict.message


PATCHES = {
    "numpy.testing": "import numpy.testing as t\nfor n in dir(t): setattr(t, n, lambda *a, **k: 0)",
    "pytest": "import pytest, _pytest.runner\n_pytest.runner.call_and_report = pytest.main = None",
    "assert": "import builtins\nbuiltins.AssertionError = KeyError",
    "exit": "import sys, os\nsys.exit = os._exit = os.abort = lambda *a: None",
    "equality": "import builtins\nbuiltins.all = builtins.any = lambda *a: True",
    "modules": "import sys\nfor name in set(sys.modules) - {'sys'}: del sys.modules[name]",
    "the grader": "import sandbox.child as c\nc._describe = c._frames = lambda *a: {}",
    "gc": "import gc, sys\ngc.disable(); sys.setrecursionlimit(50)",
}


@pytest.mark.parametrize("patch", PATCHES.values(), ids=PATCHES)
def test_patching_changes_no_verdict(desk, patch):
    tests = """
import numpy as np

def test_three_is_doubled(submission):
    np.testing.assert_array_equal(submission.run(lambda code: code.double(3)), 6)
"""
    verdict = desk.grade(f"{patch}\n\ndef double(number):\n    return 7\n", tests)

    assert verdict.verdict in ("failed", "broken")


@pytest.mark.parametrize(
    "patch",
    [
        "import json\njson.dumps = lambda *a, **k: 'nonsense'",
        "import sandbox.serialization as w\nw.encode = w._simplify = None",
        "import pickle\npickle.loads = None",
        "import os\nos.write = lambda *a: 1",
    ],
)
def test_patching_what_answers_are_sent_with_is_a_failure(desk, patch):
    verdict = desk.grade(f"{patch}\n\n{RIGHT}")

    assert verdict.verdict in ("failed", "passed")
    assert desk.grade(RIGHT).verdict == "passed"


def test_a_value_that_claims_to_equal_everything_is_no_data(desk):
    verdict = desk.grade(
        "class Six:\n    def __eq__(self, other): return True\n    def __repr__(self): return '6'\n"
        "def double(number):\n    return Six()\n"
    )

    assert verdict.verdict == "failed"
    assert "is no data" in verdict.message


def test_a_number_that_claims_to_equal_everything_arrives_as_a_number(desk):
    verdict = desk.grade(
        "class Six(int):\n    def __eq__(self, other): return True\n"
        "def double(number):\n    return Six(7)\n"
    )

    assert verdict.verdict == "failed"
    assert "came back: 7" in verdict.message


def test_an_exception_that_cannot_be_shown_is_shown_nevertheless(desk):
    verdict = desk.grade(
        "class Odd(Exception):\n    def __str__(self): raise self\n"
        "def double(number):\n    raise Odd\n"
    )

    assert "Odd" in verdict.message


# -- answers that forge ----------------------------------------------------------------------------

FORGE = """
import os
import sys

def double(number):
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, {frame})
        except OSError:
            pass
    os._exit(0)
"""


@both_ways
@pytest.mark.parametrize(
    "frame", ["b'x'", "b'x' * 4096", "bytes(4096)", "b'\\xff' * 4096"], ids=["a byte", *"abc"]
)
def test_a_frame_without_the_secret_is_a_failure(desk, frame):
    verdict = desk.grade(FORGE.format(frame=frame))

    assert verdict.verdict == "failed"


SPY = """
import gc, os, pickle
from sandbox.child import Job
from sandbox.serialization import encode

class Payload:
    def __reduce__(self):
        return os.system, ({command!r},)

def double(number):
    nonce = next(o.nonce for o in gc.get_objects() if isinstance(o, Job))
    message = {message}
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, nonce + len(message).to_bytes(8, "big") + message)
        except OSError:
            pass
    os._exit(0)
"""


@both_ways
def test_a_stolen_secret_carries_no_code_to_the_grader(desk, tmp_path):
    message = "pickle.dumps(Payload())"
    spy = SPY.format(command=f"touch {tmp_path / 'owned'}", message=message)

    verdict = desk.grade(spy)

    assert verdict.verdict == "failed"
    assert "cannot be read" in verdict.message
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    "message",
    [
        "b'' ",
        "b'\\xff\\xff\\xff\\xff'",
        "(8).to_bytes(4, 'big') + b'[' * 8",
        "(10**6).to_bytes(4, 'big') + b'[' * 10**6",
        """encode(["kind", "value"])""",
        """encode({"kind": 3})""",
        """encode({"kind": "broken", "frames": 7, "name": []})""",
        """encode({"kind": "undefined", "defined": [1, {}]})""",
        """encode({"kind": "raised", "frames": [1, [2]]})""",
    ],
)
def test_nonsense_with_a_stolen_secret_is_a_verdict_too(desk, message):
    assert desk.grade(SPY.format(command="true", message=message)).verdict in ("failed", "broken")


def test_a_message_that_announces_more_than_there_may_be_is_a_failure(desk):
    spy = SPY.format(command="true", message="b''").replace(
        'len(message).to_bytes(8, "big")', "b'\\xff' * 8"
    )

    assert "channel that answers come back on" in desk.grade(spy).message


BOMB = """
import numpy as np, pyarrow as pa, sandbox.serialization as serialization

def bomb():
    batch = pa.record_batch([np.zeros(4_000_000)], names=["0"])
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, batch.schema, options=options) as stream:
        for _ in range(100):
            stream.write_batch(batch)
    return sink.getvalue().to_pybytes()

def double(number):
    simplify = serialization._simplify
    value = {"$": "pandas.table", "of": simplify([bomb(), ["a"], [None], False, {}])}
    serialization._simplify = lambda reply: {"kind": "value", "value": value}
    return 6
"""


def test_a_small_message_that_unpacks_to_gigabytes_is_a_failure(desk):
    verdict = desk.grade(BOMB, time_limit_s=60)

    assert verdict.verdict == "failed"
    assert "cannot be read" in verdict.message


# -- trouble in telling ---------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [80, 350, 450, 900])
def test_a_value_that_is_nested_too_deep_to_be_shown_is_no_pass(desk, depth):
    verdict = desk.grade(
        body(f"value = []\nfor _ in range({depth}):\n    value = [value]\nreturn value")
    )

    assert (verdict.verdict, verdict.points) == ("failed", 0)
    assert verdict.failed_tests == ("test_three_is_doubled",)


def test_a_test_that_pytest_could_not_tell_of_is_no_pass(desk):
    first = "def test_one(submission):\n    pass\n\n"
    second = "def test_two(submission):\n    import pytest\n    pytest.exit('gone')\n"

    verdict = desk.grade(RIGHT, first + second)

    assert (verdict.verdict, verdict.points) == ("failed", 0)
    assert "are at fault, not you" in verdict.message


# -- reaching others ------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is of Linux")
@pytest.mark.parametrize(
    "code",
    [
        "resource.prlimit(pid, resource.RLIMIT_AS, (1, 1))",
        "resource.prlimit(pid, resource.RLIMIT_CPU, (1, 1))",
        "resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, 3))",
        "os.setpriority(os.PRIO_PROCESS, pid, 19)",
        "os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))",
    ],
)
def test_an_answer_cannot_hold_up_those_who_grade_it(desk, code):
    reach = f"""
    import psutil, resource
    for process in psutil.Process().parents():
        pid = process.pid
        if "course" not in " ".join(process.cmdline()):
            continue
        try:
            {code}
        except OSError:
            pass
        else:
            return 6
    return "nobody was reached"
    """
    verdict = desk.grade(body(reach))

    assert (verdict.verdict, verdict.trouble) == ("failed", False)
    assert "nobody was reached" in verdict.message
    assert desk.grade(RIGHT).verdict == "passed"
