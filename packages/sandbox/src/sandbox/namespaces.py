"""Gives a learner's process a world of its own, where the kernel is a Linux that can.

Namespaces ask for no privilege. In one of mounts the whole tree is read-only but for the scratch
folder, so that not even `chmod` changes a file elsewhere, and shared memory is private: it goes
with the process. Where an answer is not trusted, the tree holds only what is needed to run it,
there is no network, and processes are numbered anew: it sees nothing but itself.
"""

import contextlib
import ctypes
import fcntl
import functools
import os
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.processes import be_opaque, die_with_parent

NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PIDS, NEW_NETWORK = 1 << 17, 1 << 27, 1 << 28, 1 << 29, 1 << 30
READ_ONLY, NO_SUID, NO_EXEC = 1, 2, 8  # of mount
BIND, RECURSIVE, PRIVATE = 1 << 12, 1 << 14, 1 << 18
MOUNT_SETATTR, HERE, WITH_ALL_BELOW = 442, -100, 0x8000  # the call, and its arguments
DETACH = 2
LOOPBACK_UP = struct.pack("16sH14x", b"lo", 1)
SET_FLAGS = 0x8914  # of a network interface
SHARED_MEMORY = "size=256m,mode=1777"
POLL_S = 0.01
BY_SIGNAL = 128  # as a shell tells it: this and the number of the signal
# what programs of the system need, beside Python: no home, no repository, no other's files
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("alternatives", "fonts", "group", "ld.so.cache", "localtime", "mime.types", "passwd")
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
LINKS = {"fd": "/proc/self/fd", "ptmx": "pts/ptmx", "stdout": "fd/1", "stderr": "fd/2"}
CONTAINER = (
    "In a container, start that with `--security-opt seccomp=unconfined "
    "--security-opt unmask=ALL` (podman) or `systempaths=unconfined` in place of the last (docker)."
)
SETTINGS_OF_KERNEL = "/proc/sys"
SWITCHES = {  # what turns them off, by its file below /proc/sys, and the value that does
    "kernel/apparmor_restrict_unprivileged_userns": "1",
    "kernel/unprivileged_userns_clone": "0",
    "user/max_user_namespaces": "0",
}


class IsolationError(RuntimeError):
    """This machine cannot keep an answer apart as it was asked to."""


def python_and_system() -> dict[str, str]:
    """Return the paths that a strict view shows, each with what is seen there."""
    python = [sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parents[1])]
    ours = str(Path(__file__).parents[1])
    paths = [*SYSTEM, *(f"/etc/{name}" for name in SETTINGS), *python, ours]
    return {path: path for path in paths if os.path.exists(path)}


def enter(writable: Sequence[str], shown: Mapping[str, str] | None, port: int = 0) -> None:
    """Move this process, which must have one thread, into namespaces of its own.

    Parameters
    ----------
    writable : sequence of str
        Folders in which files may be changed; the first is the answer's own.
    shown : mapping of str to str or None
        All that is to be seen besides: paths, and what is bound there. None for everything, with
        network; otherwise there is none, and this returns in a process of its own.
    port : int
        Of the loopback interface out there, which leads to the same one in here; 0 for none.

    Raises
    ------
    OSError
        The kernel does not allow it.
    """
    if shown is None:
        _unshare(NEW_USER | NEW_MOUNTS | NEW_IPC)
        _arrange(Path("/"), writable, {})
        return
    relay = _Relay(port) if port else None
    _unshare(NEW_USER | NEW_MOUNTS | NEW_IPC | NEW_PIDS | NEW_NETWORK)
    _go_on_in_child()  # the first process in there, which takes all others along when it ends
    be_opaque()
    root = Path(writable[0]) / "root"
    root.mkdir(exist_ok=True)
    _mount("tmpfs", root, "mode=755")
    _arrange(root, writable, shown)
    os.chdir(root)
    _check("pivot_root", b".", b".")  # the old root lies on top now
    _check("umount2", b".", DETACH)
    os.chdir("/")
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, LOOPBACK_UP)
    _go_on_in_child(relay)
    if relay is not None:
        relay.reserved.close()  # it belongs to the network out there


def _unshare(kinds: int) -> None:
    user, group = os.geteuid(), os.getegid()
    _check("unshare", kinds)
    _check("mount", None, b"/", None, RECURSIVE | PRIVATE, None)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")


def _arrange(root: Path, writable: Sequence[str], shown: Mapping[str, str]) -> None:
    """Bind what is to be seen below `root`, and make all of it read-only but for `writable`."""
    for path in sorted(shown):
        _bind(shown[path], root, path, RECURSIVE)
    for path in writable:
        _bind(path, root, path)
    if shown:
        for name in DEVICES:
            _bind(f"/dev/{name}", root, f"/dev/{name}")
        for name, target in LINKS.items():
            (root / "dev" / name).symlink_to(target)
        for name in ("dev/shm", "dev/pts", "proc"):
            (root / name).mkdir()
        _mount("proc", root / "proc")
    _set_read_only(root, True)
    for path in writable:
        _set_read_only(_below(root, path), False)
    _mount("tmpfs", root / "dev/shm", SHARED_MEMORY)
    with contextlib.suppress(OSError):  # only what asks for a terminal misses it
        _mount("devpts", root / "dev/pts", "newinstance,ptmxmode=0666,mode=620")


def _bind(source: str, root: Path, path: str, more: int = 0) -> None:
    target = _below(root, path)
    if os.path.islink(source):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(os.readlink(source))
        return
    if os.path.isdir(source):
        target.mkdir(parents=True, exist_ok=True)
    elif not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    _check("mount", os.fsencode(source), os.fsencode(target), None, BIND | more, None)


def _below(root: Path, path: str) -> Path:
    return root / path.lstrip("/")


def _mount(kind: str, target: Path, options: str = "") -> None:
    source = kind.encode()
    flags = NO_SUID | NO_EXEC if kind != "tmpfs" else NO_SUID
    _check("mount", source, os.fsencode(target), source, flags, options.encode() or None)


def _set_read_only(root: Path, on: bool) -> None:
    """Set the flag on a mount and, where it goes on, on all below."""
    table = struct.pack("QQQQ", READ_ONLY if on else 0, 0 if on else READ_ONLY, 0, 0)
    below = WITH_ALL_BELOW if on else 0
    _check("syscall", MOUNT_SETATTR, HERE, os.fsencode(root), below, table, len(table))


def _check(name: str, *arguments: object) -> None:
    """Call a function of the C library.

    Raises
    ------
    OSError
        It fails; the error names it.
    """
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)


def _go_on_in_child(meanwhile: threading.Thread | None = None) -> None:
    """Fork: what called goes on in the child, and the parent ends when and as that does."""
    child = os.fork()
    if child == 0:
        die_with_parent()
        return
    if meanwhile is not None:
        meanwhile.start()
    ended, status = os.wait()
    while ended != child:  # the first process of a namespace gets the orphans
        ended, status = os.wait()
    code = os.waitstatus_to_exitcode(status)
    number = -code if code < 0 else code - BY_SIGNAL
    if 0 < number < signal.NSIG:
        with contextlib.suppress(OSError):
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(code if code >= 0 else BY_SIGNAL + number)  # the first process is deaf to signals


class _Relay(threading.Thread):
    """Takes connections to a port out there to the same port in here, once somebody listens."""

    def __init__(self, port: int):
        super().__init__(daemon=True)
        self.address = "127.0.0.1", port
        self.reserved = socket.socket()
        self.reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.reserved.bind(self.address)

    def run(self) -> None:
        while not self._connect():
            time.sleep(POLL_S)
        self.reserved.listen()
        while True:
            outside, _ = self.reserved.accept()
            if (inside := self._connect()) is None:
                outside.close()
                continue
            for ends in ((outside, inside), (inside, outside)):
                threading.Thread(target=_pump, args=ends, daemon=True).start()

    def _connect(self) -> socket.socket | None:
        inside = socket.socket()
        if inside.connect_ex(self.address) == 0:
            return inside
        inside.close()
        return None


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(2**16):
            target.sendall(chunk)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def can_isolate() -> bool:
    """Say whether there are namespaces on this system at all."""
    return sys.platform == "linux"


@functools.cache
def trouble(strict: bool = False) -> str:
    """Return why this machine gives an answer no namespaces, and what helps; empty if it does."""
    if not can_isolate():
        return "This needs Linux (or WSL 2, or a container)." if strict else ""
    if not strict:
        said = _try([], None)
    else:
        with tempfile.TemporaryDirectory(prefix="course-") as folder:
            said = _try([folder], python_and_system())
    return advice(said) if said else ""


def _try(writable: Sequence[str], shown: Mapping[str, str] | None) -> str:
    """Return why `enter` fails, empty where it does not; it is called in a child."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        said = b"-"
        try:
            enter(writable, shown)
            said = b""
        except OSError as error:
            said = f"{error.filename or 'uid_map'}: {error.strerror}".encode()
        finally:
            os.write(writing, said)
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        said = stream.read()
    os.waitpid(child, 0)
    return said.decode()


def advice(said: str) -> str:
    """Return what helps where a step has failed: `said` names it, and the error."""
    if said.startswith("uid_map") and os.geteuid() == 0:
        return (
            f"Root gets no namespaces without the capability SETFCAP ({said}): grade as an "
            "ordinary user, or start the container with `--cap-add SETFCAP`."
        )
    for name, value in SWITCHES.items():
        with contextlib.suppress(OSError):
            if Path(SETTINGS_OF_KERNEL, name).read_text(encoding="ascii").strip() == value:
                setting = name.replace("/", ".")
                on = {"1": "0", "0": "1"}[value] if "max" not in name else "10000"
                return (
                    f"This machine's setting {setting} = {value} forbids namespaces ({said}); "
                    f"`sudo sysctl -w {setting}={on}` allows them."
                )
    return f"This machine allows no namespaces ({said}). {CONTAINER}"
