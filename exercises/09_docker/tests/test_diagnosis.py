"""What containers left behind when they ended; each kind was seen here by running one."""

import random

import pytest

TRACEBACK = """Traceback (most recent call last):
  File "/opt/venv/bin/ml-api", line 8, in <module>
FileNotFoundError: [Errno 2] No such file or directory: '/srv/model/manifest.json'
"""


def told(submission, *ended):
    """Return what the answer says of each: (exit code, log, killed for memory, being stopped)."""
    return submission.run(lambda code: [code.diagnose(*each) for each in ended])


@pytest.fixture
def own(seed):
    """An exit code that a program has chosen itself."""
    return random.Random(seed).randint(2, 100)


def test_the_end_of_the_work_is_no_failure(submission):
    logs = ["", "exec /start.sh: exec format error"]
    ended = [(0, logs[0], False, False), (0, logs[1], False, False), (0, "", True, True)]

    assert told(submission, *ended) == ["done"] * 3, (
        "Exit code 0 is the end of the work: `done`, whatever the log says, and also where a "
        "process of it was ended for want of memory"
    )


def test_the_engine_refused(submission):
    log = 'Error: unknown flag: --no-such-option\nSee "podman run --help"'

    assert told(submission, (125, log, False, False)) == [
        "engine"
    ], "125 is the engine's own: nothing was started"


def test_what_was_started_is_no_program_or_is_not_there(submission):
    logs = [
        'Error: runc: exec: "/etc/passwd": permission denied: OCI permission denied',
        'Error: runc: exec: "ml-apo": executable file not found in $PATH',
    ]
    ended = [(126, logs[0], False, False), (127, logs[1], False, False)]

    assert told(submission, *ended) == [
        "not executable",
        "not found",
    ], "126: it is there, and can't be executed. 127: it is not there"


def test_an_interpreter_that_is_not_there(submission):
    log = "exec /start.sh: no such file or directory\n"

    assert (
        told(submission, (1, log, False, False), (255, log, False, False)) == ["not found"] * 2
    ), (
        "The script is there, and the interpreter in its first line is not (a CRLF, often): the "
        "last line of the log begins with `exec ` and ends with `: no such file or directory`. "
        "Engines give it different exit codes, so here the log decides"
    )


def test_an_image_for_another_processor(submission):
    log = "exec /opt/venv/bin/python: exec format error"
    ended = [(code, log, False, False) for code in (1, 126, 255)]

    assert told(submission, *ended) == ["processor"] * 3, (
        "`exec ...: exec format error` as the last line of the log: the program is for another "
        "processor. Engines give it different exit codes, so here the log decides"
    )


def test_the_service_has_failed(submission, own):
    quoted = "ERROR exec /start.sh: exec format error\nThe worker has failed\n"
    first = "exec ml-api: no such file or directory\nretried\nThe database is not there\n"
    ended = [(1, TRACEBACK, False, False), (own, "", False, False), (1, quoted, False, False)]
    ended += [(own, first, False, False), (255, "", False, False), (1, "", True, True)]

    answers = told(submission, *ended)

    assert answers == ["service"] * len(ended), (
        "Any other code is one that the service has chosen itself. Its own log may say `No such "
        "file or directory` anywhere, or quote such a line further up: only a last line that begins "
        "with `exec ` is the system's. 255 is 128 + 127, and there is no such signal"
    )


def test_the_kernel_took_its_memory_back(submission):
    ended = [(137, "", True, False), (137, "", True, True)]

    assert (
        told(submission, *ended) == ["memory"] * 2
    ), "137 is 128 + 9, and the kernel has ended a process of it for want of memory"


def test_it_did_not_listen(submission):
    assert told(submission, (137, "", False, True)) == ["stop ignored"], (
        "It was asked to stop and was killed: SIGTERM went to a process that does not handle it, "
        "and after ten seconds came SIGKILL"
    )


def test_other_signals_are_told_by_name(submission):
    codes = [143, 139, 134, 130, 137]
    ended = [(code, "", False, code == 143) for code in codes]
    expected = ["SIGTERM", "SIGSEGV", "SIGABRT", "SIGINT", "SIGKILL"]

    assert told(submission, *ended) == expected, (
        "A code over 128 is 128 and the number of the signal that ended it: told by its name. 137 "
        "without more is a SIGKILL that nobody explains"
    )
