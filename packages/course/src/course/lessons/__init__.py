"""What a course consists of: lessons, exercises, and what is cut out of a solution."""

from course.lessons.model import (
    Course,
    Exercise,
    KnownAnswer,
    Lesson,
    LessonError,
    Objective,
    Part,
    UnknownExerciseError,
)
from course.lessons.reading import load_course, load_lesson, parse_lesson
