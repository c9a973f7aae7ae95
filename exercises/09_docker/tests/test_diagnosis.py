"""What containers left behind when they ended; each kind was seen here by running one."""

import random

import pytest

TRACEBACK = """Traceback (most recent call last):
  File "/opt/venv/bin/ml-api", line 8, in <module>
FileNotFoundError: [Errno 2] No such file or directory: '/srv/model/manifest.json'
"""


def see(submission, why, expected, *ended):
    """See that the answer to each is as expected: (exit code, log, killed for memory, stopping)."""

    def told(code):
        answers = []
        for each in ended:
            try:
                answers.append(code.diagnose(*each))
            except ValueError as error:
                answers.append(f"ValueError: {error}")
        return answers

    answers = submission.run(told)

    expected = [expected] * len(ended) if isinstance(expected, str) else expected
    for (exit_code, log, oom_killed, stopping), answer, right in zip(ended, answers, expected):
        assert answer == right, (
            f"Exit code {exit_code}, log {log!r}, oom_killed={oom_killed}, stopping={stopping}: the "
            f"answer is {answer!r}, not {right!r}. {why}"
        )


@pytest.fixture
def own(seed):
    """An exit code that a program has chosen itself."""
    return random.Random(seed).randint(2, 100)


def test_the_end_of_the_work_is_no_failure(submission):
    why = (
        "Exit code 0 is the end of the work: `done`, whatever the log says, and also where a "
        "process of it was ended for want of memory"
    )
    log = "exec /start.sh: exec format error"

    see(submission, why, "done", (0, "", False, False), (0, log, False, False), (0, "", True, True))


def test_the_engine_refused(submission):
    why = "125 is the engine's own: nothing was started"
    log = 'Error: unknown flag: --no-such-option\nSee "podman run --help"'

    see(submission, why, "engine", (125, log, False, False))


def test_what_was_started_is_no_program_or_is_not_there(submission):
    why = "126: it is there, and can't be executed. 127: it is not there"
    logs = [
        'Error: runc: exec: "/etc/passwd": permission denied: OCI permission denied',
        'Error: runc: exec: "ml-apo": executable file not found in $PATH',
    ]
    ended = [(126, logs[0], False, False), (127, logs[1], False, False)]

    see(submission, why, ["not executable", "not found"], *ended)


def test_an_interpreter_that_is_not_there(submission):
    why = (
        "The script is there, and the interpreter in its first line is not (a CRLF, often): the "
        "last line of the log begins with `exec ` and ends with `: no such file or directory`. "
        "Engines give it different exit codes, so here the log decides"
    )
    log = "exec /start.sh: no such file or directory\n"

    see(submission, why, "not found", (1, log, False, False), (255, log, False, False))


def test_an_image_for_another_processor(submission):
    why = (
        "`exec ...: exec format error` as the last line of the log: the program is for another "
        "processor. Engines give it different exit codes, so here the log decides"
    )
    log = "exec /opt/venv/bin/python: exec format error"

    see(submission, why, "processor", *((code, log, False, False) for code in (1, 126, 255)))


def test_the_service_has_failed(submission, own):
    why = (
        "Any other code is one that the service has chosen itself. Its own log may say `No such "
        "file or directory` anywhere, or quote such a line further up: only a last line that begins "
        "with `exec ` is the system's. 255 is 128 + 127, and there is no such signal"
    )
    logs = [
        TRACEBACK,
        "",
        "ERROR exec /start.sh: exec format error\nThe worker has failed\n",
        "exec ml-api: no such file or directory\nretried\nThe database is not there\n",
        # it ends so, and does not begin so; it begins so, and does not end so
        "open /srv/model/manifest.json: no such file or directory\n",
        "exec ml-api\nexecutor of the plan: no such file or directory",
        "exec ml-api: exec format error\nexec ml-api: given up",
    ]
    ended = [(code, log, False, False) for log in logs for code in (1, own)]

    see(submission, why, "service", *ended, (255, "", False, False), (1, "", True, True))


def test_the_kernel_took_its_memory_back(submission):
    why = "137 is 128 + 9, and the kernel has ended a process of it for want of memory"

    see(submission, why, "memory", (137, "", True, False), (137, "", True, True))


def test_it_did_not_listen(submission):
    why = (
        "It was asked to stop and was killed: SIGTERM went to a process that does not handle it, "
        "and after ten seconds came SIGKILL"
    )

    see(submission, why, "stop ignored", (137, "", False, True))


def test_other_signals_are_told_by_name(submission):
    why = (
        "A code over 128 is 128 and the number of the signal that ended it: told by its name. 137 "
        "without more is a SIGKILL that nobody explains, and only a SIGKILL is that of the kernel "
        "that wants its memory"
    )
    codes = [143, 139, 134, 130, 137, 139]
    expected = ["SIGTERM", "SIGSEGV", "SIGABRT", "SIGINT", "SIGKILL", "SIGSEGV"]
    ended = [(code, "", False, code == 143) for code in codes[:-1]]

    see(submission, why, expected, *ended, (139, "", True, False))
