"""What a course consists of: lessons, and the exercises that are cut out of real code."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

STATE = ".course"  # the folder of what is remembered of a learner
KINDS = ("code", "notebook", "tests", "file")


class LessonError(ValueError):
    """A course, lesson or exercise is not described as it must be; the message says where."""


class UnknownExerciseError(LookupError):
    """No lesson or exercise has this number; the message suggests the nearest one."""


@dataclass(frozen=True)
class KnownAnswer:
    """An answer that somebody gave: a mistake, which must fail, or a variant, which must pass."""

    name: str
    replace: str = ""  # a text of the solution,
    by: str = ""  # and what it is replaced by
    file: str = ""  # instead of these, the file in `answers/<id>/` that is the whole answer
    says: str = ""  # part of what the learner is told of a mistake


@dataclass(frozen=True)
class Part:
    """One notebook of a lesson, and the ids of the exercises that it ends in."""

    notebook: Path  # absolute
    title: str
    exercises: tuple[str, ...]


@dataclass(frozen=True)
class Objective:
    """What a learner can do after a lesson, and the ids of the exercises that show it."""

    text: str
    exercises: tuple[str, ...]


@dataclass(frozen=True)
class Exercise:  # pylint: disable=too-many-instance-attributes  # one field for each key of the file
    """One exercise of a lesson.

    What it `fills`, its hole, is "regression_model.features.elapsed_years", a module;
    "ml_api.auth.api_keys:check", a function or class of one; or "deploy/docker/Dockerfile", a file
    of the repository.
    """

    id: str
    title: str
    kind: str
    file: str
    fills: str | None
    points: int
    time_limit_s: float
    hints: tuple[str, ...]
    passed: str  # shown after a pass: why it matters in production
    mistakes: tuple[KnownAnswer, ...]  # wrong answers, which must fail
    variants: tuple[KnownAnswer, ...]  # right ones of another style, which must pass
    blanks: tuple[str, ...]  # what the stub lacks: qualified names (code), cell ids (notebook)
    lesson: Lesson = field(repr=False, compare=False)
    # the sentence of the TODO comment of each blank
    todos: Mapping[str, str] = field(default_factory=dict, compare=False)
    stub: str | None = None  # its whole text, where it is not made by blanking
    # the author's sentence when the cell of this id differs, or the test of this name fails
    cell_says: Mapping[str, str] = field(default_factory=dict, compare=False)
    hint_for: Mapping[str, str] = field(default_factory=dict, compare=False)
    # commands that the machine must have, and what would help where one is missing
    needs: Mapping[str, str] = field(default_factory=dict, compare=False)
    ml_test_score: tuple[str, ...] = ()  # what a pass shows of it: "model-3"

    @property
    def answer(self) -> Path:
        """The file that the learner edits."""
        return self.lesson.path / self.file

    @property
    def solution(self) -> Path:
        """The same file, filled in."""
        return self.lesson.root / "solutions" / self.lesson.folder / self.file

    @property
    def tests(self) -> Path:
        """The test file: `tests/test_elapsed_years.py` for `elapsed_years.py`."""
        stem = re.sub(r"\W+", "_", Path(self.file).stem).strip("_").lower()
        return self.lesson.path / "tests" / f"test_{stem}.py"

    @property
    def known_answers(self) -> Path:
        """The folder of the mistakes and variants that are whole files."""
        return self.lesson.path / "answers" / self.id

    @property
    def part(self) -> Part:
        """The part of the lesson that ends in this exercise."""
        return next(part for part in self.lesson.parts if self.id in part.exercises)

    @property
    def hole_name(self) -> str | None:
        """The hole as the import system knows it; None where it is a file, or there is none."""
        return self.fills if self.fills and "/" not in self.fills else None

    @property
    def member(self) -> str | None:
        """The function or class of a module that is the hole; None where all of a file is."""
        return (self.hole_name or "").partition(":")[2] or None

    @property
    def hole(self) -> Path | None:
        """The file of a package (or of the repository) that this exercise is cut from.

        It is an error, LessonError, if no package of the course has the module.
        """
        if self.hole_name is None:
            return self.lesson.root / self.fills if self.fills else None
        module = self.hole_name.partition(":")[0]
        if (path := self.lesson.find_module(module)) is not None:
            return path
        known = [str(path.relative_to(self.lesson.root)) for path in self.lesson.packages]
        where = ", ".join(known) or "the packages of [tool.course] (none are named)"
        raise self.error("fills", f"there is no module {module} in {where}")

    def error(self, key: str, reason: str) -> LessonError:
        """Return the error that says what is wrong with a key of this exercise."""
        return LessonError(f"{self.lesson.where}: exercise {self.id}: {key}: {reason}")


@dataclass(frozen=True)
class Lesson:
    """One lesson: its parts, and its exercises in order."""

    number: str  # "03"
    folder: str  # "03_pipelines", below `exercises/` and `solutions/`
    title: str
    parts: tuple[Part, ...]
    objectives: tuple[Objective, ...]
    exercises: tuple[Exercise, ...]
    root: Path = field(repr=False)
    # absolute folders of the packages from which exercises are cut
    packages: tuple[Path, ...] = field(default=(), repr=False)
    # further files and folders beside `lesson.toml` that the tests need
    support: tuple[str, ...] = field(default=(), repr=False)
    # modules that the tests import, loaded once beforehand: they take long
    preload: tuple[str, ...] = field(default=(), repr=False)

    @property
    def path(self) -> Path:
        """The folder with the files that the learner edits."""
        return self.root / "exercises" / self.folder

    @property
    def where(self) -> str:
        """The `lesson.toml`, as error messages name it."""
        return f"exercises/{self.folder}/lesson.toml"

    def find_module(self, module: str) -> Path | None:
        """Return the file of a module of the course's packages, None where there is none."""
        for base in (folder.joinpath(*module.split(".")) for folder in self.packages):
            for file in (base.with_suffix(".py"), base / "__init__.py"):
                if file.is_file():
                    return file
        return None


@dataclass(frozen=True)
class Course:
    """All lessons of the repository at `root`."""

    root: Path
    name: str
    lessons: tuple[Lesson, ...]
    preload: tuple[str, ...] = ()  # modules that are imported once, before any answer runs
    packages: tuple[Path, ...] = ()  # absolute folders of those from which exercises are cut
    fetch: str = ""  # script that gets once what later needs no network

    @property
    def exercises(self) -> list[Exercise]:
        """Every exercise, in the order of the course."""
        return [exercise for lesson in self.lessons for exercise in lesson.exercises]

    @property
    def state(self) -> Path:
        """The folder for what the course remembers of this learner; never committed."""
        return self.root / STATE

    def find(self, key: str | None = None) -> list[Exercise]:
        """Return the exercises of a lesson ("03"), the one of an id ("03.2"), or all (None).

        UnknownExerciseError suggests another key where there is no such lesson or exercise.
        """
        if key is None:
            return self.exercises
        found = [item for item in self.exercises if item.id == _normal_key(key)]
        return found or list(self.find_lesson(key).exercises)

    def find_lesson(self, key: str) -> Lesson:
        """Return the lesson numbered "03" (or named "03_pipelines"), or raise as `find` does."""
        wanted = _normal_key(key)
        for lesson in self.lessons:
            if wanted in (lesson.number, lesson.folder):
                return lesson
        numbers = [lesson.number for lesson in self.lessons]
        known = [*numbers, *(item.id for item in self.exercises)]
        near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.4)
        suggestion = f" Did you mean {near[0]}?" if near else ""
        lessons = f"Lessons: {', '.join(numbers) or 'none'}."
        raise UnknownExerciseError(f"There is no lesson or exercise {key!r}.{suggestion} {lessons}")


def _normal_key(key: str) -> str:
    """Write a learner's "3.2" as the course does: "03.2"."""
    return f"0{key}" if re.fullmatch(r"\d(\.\d+)?", key) else key.rstrip("/")
