"""What a process that runs a learner's code gives up for good, before it runs anything.

What a kernel enforces (`setrlimit`, namespaces, Landlock, seccomp) is for one process; what a
family takes is polled: see `sandbox.supervisor`. This keeps accidents and tricks from a
laptop and from a verdict. An answer that is not trusted sees only what it needs, and no network.
"""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from sandbox import landlock, namespaces, seccomp

try:
    import resource
except ImportError:  # pragma: no cover  # Windows: only what is polled is limited there
    resource = None  # type: ignore[assignment]

ALLOWED_ENVIRONMENT = (
    *("PATH", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV", "LD_LIBRARY_PATH"),
    *("SYSTEMROOT", "PATHEXT", "COMSPEC", "NUMBER_OF_PROCESSORS"),  # Windows starts nothing without
    *("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"),  # how our own tests look into a child
)


@dataclass(frozen=True)
class Limits:  # pylint: disable=too-many-instance-attributes  # one field for each limit
    """What one run may take; `wall_s` and `cpu_s` in seconds, the rest in bytes or counts.

    `writable` names folders beside the scratch directory in which files may be changed; `tests_s`
    is for what the tests of an exercise do themselves, beside running the learner's code. Where
    `isolated`, it runs in namespaces of its own; `shown` is all that it sees there beside what is
    writable, as paths and what is bound to them, None for everything.
    """

    wall_s: float = 20.0
    cpu_s: float = 20.0
    memory: int = 2 * 2**30
    file_size: int = 256 * 2**20
    disk: int = 512 * 2**20
    files: int = 20_000
    processes: int = 48
    descriptors: int = 512
    output: int = 32 * 2**20
    kept_output: int = 8 * 2**10
    writable: tuple[str, ...] = ()
    tests_s: float = 15.0
    isolated: bool = False
    shown: Mapping[str, str] | None = None


def scrubbed_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the few variables that a learner's code may see: no token, no proxy, no secret."""
    source = os.environ if environment is None else environment
    kept = {name: source[name] for name in ALLOWED_ENVIRONMENT if name in source}
    # `python` is this one, also where nobody has activated the environment
    path = os.pathsep.join([os.path.dirname(sys.executable), kept.get("PATH", os.defpath)])
    # one thread each: two cores are shared, and a fork must not meet another thread's lock
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {**kept, **dict.fromkeys(threads, "1"), "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def confine(limits: Limits, scratch: Path, port: int = 0) -> None:
    """Go to `scratch`, make it home, and give up for good what the limits forbid.

    `port` is one of the loopback interface that the answer is to serve, where it has its own.
    """
    writable = [str(scratch.parent), *limits.writable]
    _lower_limits(limits)
    if limits.isolated:
        namespaces.enter(writable, limits.shown, port)
        writable += ["/dev/pts", "/dev/ptmx"]  # no terminal of anybody else's is there
    os.chdir(scratch)
    home = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"), str(scratch))
    os.environ.update(home)
    tempfile.tempdir = None  # it remembers the directory that it found first
    landlock.restrict(writable)
    seccomp.restrict()


def _lower_limits(limits: Limits) -> None:
    # at the first limit the kernel says why, by a signal; at the second it kills without a word
    _lower("RLIMIT_CPU", max(1, round(limits.cpu_s)), more=1)
    _lower("RLIMIT_FSIZE", limits.file_size)
    _lower("RLIMIT_CORE", 0)
    _lower("RLIMIT_NOFILE", limits.descriptors)
    limit_memory(limits.memory)


def limit_memory(more: int) -> None:
    """Let this process map `more` bytes beyond what it has mapped already, for good."""
    _lower("RLIMIT_AS", psutil.Process().memory_info().vms + more)


def _lower(name: str, value: int, more: int = 0) -> None:
    with contextlib.suppress(AttributeError, ValueError, OSError):  # not on every system
        number = getattr(resource, name)
        _, hard = resource.getrlimit(number)
        top = value + more if hard == resource.RLIM_INFINITY else min(value + more, hard)
        resource.setrlimit(number, (min(value, top), top))


@contextlib.contextmanager
def scratch_directory(parent: Path | None = None) -> Iterator[Path]:
    """Make a directory, alone in its parent, and remove both, whatever a learner's code did there.

    The learner's code owns the parent, too: it may even remove its working directory.
    """
    path = Path(tempfile.mkdtemp(prefix="course-", dir=parent)).resolve()
    try:
        (path / "work").mkdir()
        yield path / "work"
    finally:
        remove_tree(path)


def remove_tree(path: Path) -> None:
    """Remove a directory, also one in which nothing may be read or written any more."""
    shutil.rmtree(path, ignore_errors=True)
    if path.exists():
        _unlock(path)
        shutil.rmtree(path, ignore_errors=True)


def _unlock(path: Path) -> None:
    path.chmod(0o700)
    for folder, names, _ in os.walk(path):
        # from the top down: each is opened before the walk goes into it
        for name in names:
            if not os.path.islink(os.path.join(folder, name)):
                os.chmod(os.path.join(folder, name), 0o700)
