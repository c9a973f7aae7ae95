"""What an exercise asks, as its lesson's README says it."""

import re

from course.lessons.model import Exercise


def brief(exercise: Exercise) -> str | None:
    """Return the section of the lesson's README whose heading begins with the exercise's id."""
    readme = exercise.lesson.path / "README.md"
    if not readme.is_file():
        return None
    heading = re.compile(rf"^(#+)\s+{re.escape(exercise.id)}\b.*$", re.MULTILINE)
    text = readme.read_text(encoding="utf-8")
    if (start := heading.search(text)) is None:
        return None
    # up to the next heading that is not below this one
    return re.split(rf"^#{{1,{len(start[1])}}}\s", text[start.end() :], flags=re.M)[0].strip()
