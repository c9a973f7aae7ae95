"""Reading a learner's file, which may be anything or nothing."""

from __future__ import annotations

import stat
from pathlib import Path

from course.learner.messages import AnswerBroken

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
        raise AnswerBroken(f"{path.name} is missing. `course reset` brings it back.") from None
    except OSError as error:
        raise AnswerBroken(f"{path.name} cannot be read: {error.strerror}.") from None
    if not content.strip():
        raise AnswerBroken(f"{path.name} is empty. `course reset` brings the start back.")
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        reason = f"line {line} has the byte 0x{content[error.start]:02x}"
        text = f"{path.name} is not UTF-8 text: {reason}. Save it as UTF-8."
        raise AnswerBroken(text) from None
    return content
