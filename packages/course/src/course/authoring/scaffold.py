"""`course author new`: a lesson that passes its check but for what only a person can write."""

from pathlib import Path
from string import Template

from course.authoring.sync import sync
from course.lessons import Course, LessonError, load_lesson
from course.lessons.reading import LESSON_FOLDER

TEMPLATES = Path(__file__).with_name("template")


def new_lesson(course: Course, folder: str) -> list[Path]:
    """Write the files of a new lesson, in a folder like "05_testing", and return their paths.

    LessonError says that the name does not fit, or that the lesson is there already.
    """
    match = LESSON_FOLDER.fullmatch(folder)
    if match is None:
        raise LessonError(f"A lesson's folder is named like 05_testing, not {folder}.")
    taken = [lesson.folder for lesson in course.lessons if lesson.number == match[1]]
    path = course.root / "exercises" / folder
    if taken or path.exists():
        raise LessonError(f"Lesson {match[1]} is there already: {(taken or [folder])[0]}.")
    words = {"number": match[1], "topic": folder[3:].replace("_", " "), "folder": folder}
    made = {
        path / "lesson.toml": "lesson.toml",
        path / "README.md": "README.md",
        # by another name, or pytest would run it among the tests of this package
        path / "tests" / "test_double.py": "tests_of_double.py",
        course.root / "solutions" / folder / "double.py": "double.py",
        course.root / "notebooks" / folder / "1_first.ipynb": "1_first.ipynb",
    }
    for file, template in made.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            text = (TEMPLATES / template).read_text(encoding="utf-8")
            file.write_text(Template(text).substitute(words), encoding="utf-8")
    lesson = load_lesson(path / "lesson.toml", course.packages)
    synced = sync(course, list(lesson.exercises))
    return list(dict.fromkeys([*made, *(result.path for result in synced)]))
