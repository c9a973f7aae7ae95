"""What an exercise asks, as its lesson's README says it."""

from __future__ import annotations

import re

from course.lessons.model import Exercise


def brief(exercise: Exercise) -> str | None:
    """Return the section of the lesson's README whose heading begins with the exercise's id."""
    readme = exercise.lesson.path / "README.md"
    if not readme.is_file():
        return None
    heading = re.compile(rf"^(#+)\s+{re.escape(exercise.id)}\b.*$", re.MULTILINE)
    text = readme.read_text(encoding="utf-8")
    start = heading.search(text)
    if start is None:
        return None
    level = len(start[1])
    following = re.compile(rf"^#{{1,{level}}}\s", re.MULTILINE).search(text, start.end())
    return text[start.end() : following.start() if following else None].strip()
