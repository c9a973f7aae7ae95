"""A learner's file, which may be anything or nothing: reading it, and putting the stub back."""

import datetime
import shutil
import stat
from pathlib import Path

from course.learner.messages import AnswerBroken
from course.learner.progress import write_atomically
from course.lessons.model import STATE, Exercise
from course.lessons.stubs import stub_text

RESET = "`course reset`, with the number of the exercise, brings the start back."
LARGEST_ANSWER = 2 * 2**20  # bytes
LARGEST_NOTEBOOK = 128 * 2**20  # its outputs count for nothing; its sources are looked at in there


def read_answer(path: Path) -> bytes:
    """Return the content of a learner's file, in bytes of UTF-8.

    AnswerBroken says that it is missing, empty, too large, no file, or not UTF-8.
    """
    largest = LARGEST_NOTEBOOK if path.suffix == ".ipynb" else LARGEST_ANSWER
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise AnswerBroken(f"{path.name} is a folder; a file is expected.")
        if not stat.S_ISREG(status.st_mode):
            raise AnswerBroken(f"{path.name} is not a file.")
        if status.st_size > largest:
            raise AnswerBroken(f"{path.name} is {status.st_size / 2**20:.0f} MB: too large.")
        content = path.read_bytes()
    except FileNotFoundError:
        raise AnswerBroken(f"{path.name} is missing. {RESET}") from None
    except OSError as error:
        raise AnswerBroken(f"{path.name} cannot be read: {error.strerror}.") from None
    if not content.strip():
        raise AnswerBroken(f"{path.name} is empty. {RESET}")
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        reason = f"line {line} has the byte 0x{content[error.start]:02x}"
        text = f"{path.name} is not UTF-8 text: {reason}. Save it as UTF-8."
        raise AnswerBroken(text) from None
    return content


def put_stub_back(exercise: Exercise) -> Path | None:
    """Make the answer the untouched stub again; return where the old one is kept, if there was one.

    It is an OSError where it cannot be kept, and then nothing is changed.
    """
    stub, answer = stub_text(exercise), exercise.answer
    now = datetime.datetime.now().strftime("%Y-%m-%d_%H%M%S_%f")
    backups = exercise.lesson.root / STATE / "backups" / exercise.id
    backup = backups / f"{now}_{exercise.file}" if answer.exists() else None
    try:
        if backup is not None:
            backup.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(answer, backup)
    except OSError as error:
        reason = f"Nothing was changed: your answer cannot be kept in {backups}"
        raise OSError(f"{reason}: {error.strerror}.") from error
    write_atomically(answer, stub)
    return backup
