"""What this machine has and lacks for the course, and what would help."""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from course.lessons import Course
from sandbox import namespaces

PORTS = (8000, 8888)
PROCESSORS = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
LAST_S = 10


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: `well` is None where the course runs without it."""

    name: str
    well: bool | None
    says: str
    helps: str = ""


def examine(course: Course) -> Iterator[Finding]:
    """Yield what was found, one thing after the other."""
    yield interpreter(course)
    yield from packages(course)
    yield kernel()
    yield from scripts(course.root)
    for number in PORTS:
        yield port(number)
    yield isolation()
    yield from tools(course)
    yield from images(course.root)


def interpreter(course: Course) -> Finding:
    """Say whether this is the Python of the course."""
    own = course.root / ".venv"
    says = f"{platform.python_version()} at {sys.executable}"
    if not own.exists() or Path(sys.prefix).resolve() == own.resolve():
        return Finding("Python", True, says)
    return Finding("Python", False, f"{says}, which is not the course's", _activate(own))


def packages(course: Course) -> Iterator[Finding]:
    """Yield for each package of the course whether this copy of it is what is imported."""
    for root in course.packages:
        for name in sorted(path.parent.name for path in root.glob("*/__init__.py")):
            found = importlib.util.find_spec(name)
            place = Path(found.origin).parent if found and found.origin else None
            if place is None:
                yield Finding(name, False, "is not installed in this environment", "make setup")
            elif place.resolve() != (root / name).resolve():
                yield Finding(name, False, f"is imported from {place}", "make setup")
            else:
                yield Finding(name, True, "is that of this folder")


def kernel() -> Finding:
    """Say whether notebooks run in this Python."""
    # pylint: disable-next=import-outside-toplevel  # slow to load, and for one command
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Finding("notebooks", False, "there is no kernel for them", "make setup")
    program = shutil.which(command) or command
    # resolved as text: the Python of an old kernel is often gone
    if command == "python" or Path(program).parent.resolve() == Path(sys.prefix, "bin").resolve():
        says = "run in this Python; after a change of a package: Kernel > Restart Kernel"
        return Finding("notebooks", True, says)
    helps = "jupyter kernelspec remove python3, then open JupyterLab by `make lab`"
    return Finding("notebooks", False, f"run in another Python, {program}", helps)


def scripts(root: Path) -> Iterator[Finding]:
    """Yield what a checkout can do to shell scripts: Windows line ends, no execute bit."""
    listed = _output("git", "-C", str(root), "ls-files", "--stage", "-z")
    wrong = False
    for mode, name in re.findall(r"(\d+) \w+ \d\t([^\0]+)", listed):
        path = root / name
        script = path.suffix == ".sh" or mode == "100755"
        if not script or not path.is_file():
            continue
        if b"\r\n" in path.read_bytes():
            wrong = True
            helps = f"git config core.autocrlf input && rm {name} && git checkout {name}"
            yield Finding(name, False, "has Windows line ends (CRLF): no shell can run it", helps)
        if mode == "100755" and not os.access(path, os.X_OK):
            wrong = True
            yield Finding(name, False, "may not be executed", f"chmod +x {name}")
    if not wrong:
        yield Finding("shell scripts", True, "have the line ends and execute bits that they need")


def port(number: int) -> Finding:
    """Say whether a port is free, and by whom it is taken."""
    name = f"port {number}"
    try:
        taken = [each for each in psutil.net_connections("tcp") if _listens(each, number)]
    except psutil.AccessDenied:  # macOS shows those of others to root alone
        return Finding(name, None, "who has it cannot be seen", f"lsof -i :{number}")
    if not taken:
        return Finding(name, True, "is free")
    process = next((each.pid for each in taken if each.pid), None)
    if process is None:
        who = "by another user"
    else:
        who = f"by process {process} ({psutil.Process(process).name()})"
    return Finding(name, None, f"is taken {who}", f"make serve PORT={number + 1}, or end it")


def isolation() -> Finding:
    """Say whether `course test --strict` works."""
    trouble = namespaces.trouble(strict=True)
    return Finding("course test --strict", None if trouble else True, trouble or "works")


def tools(course: Course) -> Iterator[Finding]:
    """Yield a finding for each command that some exercise needs."""
    needed: dict[str, tuple[str, list[str]]] = {}
    for exercise in course.exercises:
        for name, helps in exercise.needs.items():
            needed.setdefault(name, (helps, []))[1].append(exercise.id)
    for name, (helps, ids) in sorted(needed.items()):
        if found := shutil.which(name):
            yield Finding(name, True, found)
        else:
            yield Finding(name, None, f"is not here: {', '.join(ids)} not verified", helps)


def images(root: Path) -> Iterator[Finding]:
    """Yield a finding for the engine of containers, and for images made for another processor."""
    engine = next((each for each in ("docker", "podman") if _output(each, "info")), None)
    if engine is None:
        helps = "sudo apt install podman, or start Docker Desktop; then course doctor --fetch"
        yield Finding("containers", None, "neither docker nor podman works here", helps)
        return
    yield Finding("containers", True, f"{engine} works")
    here = PROCESSORS.get(platform.machine(), platform.machine())
    for name in _output(engine, "images", "--format", "{{.Repository}}:{{.Tag}}").split():
        if "ml-api" not in name:
            continue
        made_for = _output(engine, "image", "inspect", "--format", "{{.Architecture}}", name)
        if made_for.strip() not in ("", here):
            says = f"is for {made_for.strip()}, and this machine is {here}: exec format error"
            yield Finding(name, False, says, f"cd {root} && make image")


def fetch(course: Course) -> int:
    """Get what later needs no network any more, and return the exit status."""
    if not course.fetch:
        return 0
    return subprocess.run(["bash", course.root / course.fetch], check=False).returncode


def _activate(own: Path) -> str:
    return f"{own}/bin/course doctor, or first: source {own}/bin/activate"


def _listens(connection: Any, number: int) -> bool:
    return connection.status == psutil.CONN_LISTEN and connection.laddr.port == number


def _output(*command: str) -> str:
    """Return what a command prints; nothing where it fails, hangs or is not there."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LAST_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout
