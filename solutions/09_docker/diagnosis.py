"""Why a container has ended, from what the engine says of it."""

import signal

ENGINE = 125  # the engine refused: no such image, an unknown option, a port that is taken
NOT_EXECUTABLE = 126
NOT_FOUND = 127
SIGNALLED = 128  # and the number of the signal


def diagnose(exit_code, log="", oom_killed=False, stopping=False):
    """Return one word, or two, for why a container has ended.

    Parameters
    ----------
    exit_code : int
        What `podman run` returned, or `State.ExitCode` of `podman inspect`.
    log : str
        What the container printed.
    oom_killed : bool
        `State.OOMKilled`: the kernel has ended a process of it for want of memory.
    stopping : bool
        Whether somebody had asked it to stop (`podman stop`).
    """
    if exit_code == 0:
        return "done"
    last = log.strip().rpartition("\n")[2].strip()
    if last.startswith("exec ") and last.endswith(": exec format error"):
        return "processor"
    if last.startswith("exec ") and last.endswith(": no such file or directory"):
        return "not found"
    known = {ENGINE: "engine", NOT_EXECUTABLE: "not executable", NOT_FOUND: "not found"}
    if exit_code in known:
        return known[exit_code]
    try:
        name = signal.Signals(exit_code - SIGNALLED).name
    except ValueError:
        return "service"
    if name == "SIGKILL" and oom_killed:
        return "memory"
    if name == "SIGKILL" and stopping:
        return "stop ignored"
    return name
