"""What a course consists of: every `lesson.toml`, read strictly.

A lesson author who mistypes a key must learn it at once and from the right line, so nothing is
ignored: unknown keys, wrong types and duplicates are errors that name file, exercise and key.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KINDS = ("code", "notebook", "tests", "file")
LESSON_FOLDER = re.compile(r"(\d\d)_[a-z0-9_]+")
EXERCISE_ID = re.compile(r"(\d\d)\.([1-9]\d*)")
FILE_NAME = re.compile(r"\.?[A-Za-z0-9][A-Za-z0-9_.-]*")
FEWEST_HINTS = 3


class LessonError(ValueError):
    """A course, lesson or exercise is not described as it must be; the message says where."""


class UnknownExerciseError(LookupError):
    """No lesson or exercise has this number; the message suggests the nearest one."""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that learners really give, as one text replacement in the solution."""

    name: str
    replace: str
    by: str
    says: str


@dataclass(frozen=True)
class Exercise:  # pylint: disable=too-many-instance-attributes  # one field for each key of the file
    """One exercise of a lesson.

    Attributes
    ----------
    blanks : tuple of str
        What stub-making empties: qualified names (code) or cell ids (notebook).
    todos : mapping of str to str
        The sentence of the TODO comment of each blank.
    stub : str or None
        The whole text of the stub, where it is not made by blanking.
    cell_says : mapping of str to str
        For notebooks: the author's sentence when the cell of this id differs.
    """

    id: str
    title: str
    kind: str
    file: str
    fills: str | None
    points: int
    time_limit_s: float
    hints: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    blanks: tuple[str, ...]
    lesson: Lesson = field(repr=False, compare=False)
    todos: Mapping[str, str] = field(default_factory=dict, compare=False)
    stub: str | None = None
    cell_says: Mapping[str, str] = field(default_factory=dict, compare=False)

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
        """The test file: `test_elapsed_years.py` for `elapsed_years.py`."""
        stem = re.sub(r"\W+", "_", Path(self.file).stem).strip("_").lower()
        return self.lesson.path / f"test_{stem}.py"

    @property
    def hole(self) -> Path | None:
        """The file of the real package (or of the repository) that this exercise is cut from.

        Raises
        ------
        LessonError
            No package of the course has the module.
        """
        if self.fills is None:
            return None
        if "/" in self.fills:
            return self.lesson.root / self.fills
        return self._module_path(self.fills)

    def _module_path(self, module: str) -> Path:
        base = Path(*module.split("."))
        for package_root in self.lesson.packages:
            for candidate in (base.with_suffix(".py"), base / "__init__.py"):
                if (package_root / candidate).is_file():
                    return package_root / candidate
        roots = ", ".join(str(path.relative_to(self.lesson.root)) for path in self.lesson.packages)
        raise LessonError(
            f"{self.lesson.where}: exercise {self.id}: fills: there is no module {module} "
            f"in {roots or 'the packages of [tool.course] (none are named)'}"
        )


@dataclass(frozen=True)
class Lesson:
    """One lesson: its notebook, and its exercises in order.

    Attributes
    ----------
    number : str
        Two digits, "03".
    folder : str
        Name of its folder below `exercises/` and `solutions/`, "03_pipelines".
    notebook : Path
        Absolute path of the notebook that is read.
    support : tuple of str
        Further files and folders beside `lesson.toml` that the tests of the lesson need.
    """

    number: str
    folder: str
    title: str
    notebook: Path
    minutes: int
    objectives: tuple[str, ...]
    exercises: tuple[Exercise, ...]
    root: Path = field(repr=False)
    packages: tuple[Path, ...] = field(default=(), repr=False)
    support: tuple[str, ...] = field(default=(), repr=False)

    @property
    def path(self) -> Path:
        """The folder with the files that the learner edits."""
        return self.root / "exercises" / self.folder

    @property
    def where(self) -> str:
        """The `lesson.toml`, as error messages name it."""
        return f"exercises/{self.folder}/lesson.toml"


@dataclass(frozen=True)
class Course:
    """All lessons of the repository at `root`.

    Attributes
    ----------
    preload : tuple of str
        Modules that are imported once, before any answer runs.
    packages : tuple of Path
        Folders that hold the packages from which exercises are cut, absolute.
    """

    root: Path
    name: str
    lessons: tuple[Lesson, ...]
    preload: tuple[str, ...] = ()
    packages: tuple[Path, ...] = ()

    @property
    def exercises(self) -> list[Exercise]:
        """Every exercise, in the order of the course."""
        return [exercise for lesson in self.lessons for exercise in lesson.exercises]

    @property
    def state(self) -> Path:
        """The folder for what the course remembers of this learner; never committed."""
        return self.root / ".course"

    def find(self, key: str | None = None) -> list[Exercise]:
        """Return the exercises of a lesson ("03"), the one of an id ("03.2"), or all (None).

        Raises
        ------
        UnknownExerciseError
            There is no such lesson or exercise.
        """
        if key is None:
            return self.exercises
        wanted = _normal_key(key)
        found = [
            exercise
            for exercise in self.exercises
            if wanted in (exercise.id, exercise.lesson.number, exercise.lesson.folder)
        ]
        if not found:
            raise UnknownExerciseError(self._unknown(key, wanted))
        return found

    def find_lesson(self, key: str) -> Lesson:
        """Return the lesson numbered "03" (or named "03_pipelines").

        Raises
        ------
        UnknownExerciseError
            There is no such lesson.
        """
        wanted = _normal_key(key)
        for lesson in self.lessons:
            if wanted in (lesson.number, lesson.folder):
                return lesson
        raise UnknownExerciseError(self._unknown(key, wanted))

    def _unknown(self, key: str, wanted: str) -> str:
        known = [lesson.number for lesson in self.lessons] + [item.id for item in self.exercises]
        near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.4)
        suggestion = f" Did you mean {near[0]}?" if near else ""
        lessons = ", ".join(lesson.number for lesson in self.lessons) or "none"
        return f"There is no lesson or exercise {key!r}.{suggestion} Lessons: {lessons}."


def _normal_key(key: str) -> str:
    """Write a learner's "3.2" as the course does: "03.2"."""
    return f"0{key}" if re.fullmatch(r"\d(\.\d+)?", key) else key.rstrip("/")


def find_root(start: Path | None = None) -> Path:
    """Walk up from `start` (the working directory) to the folder with `[tool.course]`.

    Raises
    ------
    LessonError
        No folder on the way has it.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if "course" in _read_toml(folder / "pyproject.toml", missing_ok=True).get("tool", {}):
            return folder
    raise LessonError(
        f"No course here: no pyproject.toml with [tool.course] in {here} or above it."
    )


def load_course(root: Path | None = None) -> Course:
    """Read the course that `root` (the working directory) belongs to.

    Raises
    ------
    LessonError
        There is no course, or one of its lessons is not described as it must be.
    """
    top = find_root(root)
    table = _Table(
        _read_toml(top / "pyproject.toml")["tool"]["course"], "pyproject.toml: [tool.course]"
    )
    name = table.text("name")
    preload = table.texts("preload", default=())
    packages = tuple(top / path for path in table.texts("packages", default=()))
    table.refuse_the_rest()
    lessons = tuple(
        load_lesson(path, packages) for path in sorted(top.glob("exercises/*/lesson.toml"))
    )
    course = Course(top, name, lessons, preload, packages)
    _refuse_duplicates_across(course)
    return course


def load_lesson(path: Path, packages: tuple[Path, ...] = ()) -> Lesson:
    """Read one `exercises/NN_topic/lesson.toml`.

    Raises
    ------
    LessonError
        It is not described as it must be.
    """
    folder = path.parent.name
    return parse_lesson(_read_toml(path), folder, path.parents[2], packages)


def parse_lesson(
    content: Mapping[str, Any], folder: str, root: Path, packages: tuple[Path, ...] = ()
) -> Lesson:
    """Make a `Lesson` of the parsed content of its file.

    Raises
    ------
    LessonError
        It is not described as it must be.
    """
    table = _Table(content, f"exercises/{folder}/lesson.toml")
    match = LESSON_FOLDER.fullmatch(folder)
    if match is None:
        raise LessonError(
            f"{table.where}: a lesson's folder is named like 03_pipelines, not {folder}"
        )
    lesson = Lesson(
        number=match[1],
        folder=folder,
        title=table.text("title"),
        notebook=root / table.text("notebook", default=f"notebooks/{folder}.ipynb"),
        minutes=int(table.number("minutes")),
        objectives=table.texts("objectives"),
        exercises=(),
        root=root,
        packages=packages,
        support=table.texts("support", default=()),
    )
    exercises = tuple(_parse_exercise(item, lesson) for item in table.tables("exercise"))
    table.refuse_the_rest()
    _refuse_duplicates_within(lesson, exercises)
    # an exercise knows its lesson and the lesson its exercises: one of the two comes second
    object.__setattr__(lesson, "exercises", exercises)
    return lesson


def _parse_exercise(content: Mapping[str, Any], lesson: Lesson) -> Exercise:
    name = content.get("id", "without id") if isinstance(content, Mapping) else "without id"
    table = _Table(content, f"{lesson.where}: exercise {name}")
    exercise_id, file = table.text("id"), table.text("file")
    _check_id(table, exercise_id, lesson)
    if not FILE_NAME.fullmatch(file):
        table.fail("file", "a plain file name is expected, without folders or spaces")
    kind = _kind(table, file)
    blanks, todos, stub = _stub_recipe(table, kind)
    exercise = Exercise(
        id=exercise_id,
        title=table.text("title"),
        kind=kind,
        file=file,
        fills=table.text("fills", default=None),
        points=int(table.number("points", default=1)),
        time_limit_s=table.number("time_limit_s", default=20),
        hints=_hints(table),
        mistakes=tuple(_parse_mistake(item, table) for item in table.tables("mistake", default=())),
        blanks=blanks,
        todos=todos,
        stub=stub,
        cell_says=_cell_says(table, kind),
        lesson=lesson,
    )
    table.refuse_the_rest()
    _refuse_repeats(table, "mistake", [mistake.name for mistake in exercise.mistakes])
    return exercise


def _check_id(table: _Table, exercise_id: str, lesson: Lesson) -> None:
    match = EXERCISE_ID.fullmatch(exercise_id)
    if match is None or match[1] != lesson.number:
        table.fail("id", f"an id of this lesson is expected, like {lesson.number}.1")


def _kind(table: _Table, file: str) -> str:
    usual = {".py": "code", ".ipynb": "notebook"}.get(Path(file).suffix, "file")
    kind = table.text("kind", default=usual)
    if kind not in KINDS:
        table.fail("kind", f"one of {', '.join(KINDS)} is expected, not {kind}")
    if (kind == "notebook") != (usual == "notebook"):
        table.fail("kind", f"{kind} does not go with the file {file}")
    return kind


def _stub_recipe(table: _Table, kind: str) -> tuple[tuple[str, ...], Mapping[str, str], str | None]:
    """Return what is blanked, the TODO sentence of each blank, and the whole stub (or None)."""
    key = "cells" if kind == "notebook" else "blank"
    blanks = table.texts(key, default=())
    stub = table.text("stub", default=None)
    if bool(blanks) == (stub is not None) or (kind == "notebook" and not blanks):
        table.fail(key, f"either {key} or stub is needed" if kind != "notebook" else "needed")
    _refuse_repeats(table, key, blanks)
    if stub is not None:
        return (), {}, stub
    return blanks, table.sentences("todo", blanks), None


def _cell_says(table: _Table, kind: str) -> Mapping[str, str]:
    says = table.sentences("says", None)
    if says and kind != "notebook":
        table.fail("says", "only a notebook exercise has it; other exercises say it in their tests")
    return says


def _hints(table: _Table) -> tuple[str, ...]:
    hints = table.texts("hints")
    if len(hints) < FEWEST_HINTS:
        table.fail("hints", f"at least {FEWEST_HINTS} are needed, there are {len(hints)}")
    return hints


def _parse_mistake(content: Mapping[str, Any], exercise: _Table) -> Mistake:
    table = _Table(content, f"{exercise.where}: mistake")
    mistake = Mistake(
        name=table.text("name"),
        replace=table.text("replace"),
        by=table.text("by", empty_ok=True),
        says=table.text("says"),
    )
    table.refuse_the_rest()
    if mistake.replace == mistake.by:
        table.fail("by", f"{mistake.name!r} replaces a text by itself")
    return mistake


def _refuse_repeats(table: _Table, key: str, values: list[str] | tuple[str, ...]) -> None:
    repeated = sorted({value for value in values if list(values).count(value) > 1})
    if repeated:
        table.fail(key, f"{repeated[0]!r} is there twice")


def _refuse_duplicates_within(lesson: Lesson, exercises: tuple[Exercise, ...]) -> None:
    ids = [exercise.id for exercise in exercises]
    for label, values in (("id", ids), ("file", [exercise.file for exercise in exercises])):
        for value in values:
            if values.count(value) > 1:
                raise LessonError(f"{lesson.where}: exercise {value}: {label}: is there twice")
    if ids != sorted(ids, key=lambda item: int(item.split(".")[1])):
        raise LessonError(f"{lesson.where}: id: exercises are to be in order, not {', '.join(ids)}")


def _refuse_duplicates_across(course: Course) -> None:
    numbers: dict[str, Lesson] = {}
    holes: dict[str, Exercise] = {}
    for lesson in course.lessons:
        if lesson.number in numbers:
            other = numbers[lesson.number].where
            raise LessonError(
                f"{lesson.where}: lesson {lesson.number} is also described in {other}"
            )
        numbers[lesson.number] = lesson
        for exercise in filter(lambda item: item.fills, lesson.exercises):
            if exercise.fills in holes:
                # two answers for one file: they could not both be what ships
                raise LessonError(
                    f"{lesson.where}: exercise {exercise.id}: fills: "
                    f"{exercise.fills} is already filled by {holes[exercise.fills].id}"
                )
            holes[str(exercise.fills)] = exercise


def _read_toml(path: Path, missing_ok: bool = False) -> dict[str, Any]:
    if missing_ok and not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        name = "/".join(path.parts[-3:]) if path.name == "lesson.toml" else path.name
        raise LessonError(f"{name}: is not valid TOML: {error}") from error


_MISSING: Any = object()


class _Table:
    """One table of a TOML file, taken key by key, so that what is left over is what is unknown."""

    def __init__(self, content: Mapping[str, Any], where: str):
        if not isinstance(content, Mapping):
            raise LessonError(f"{where}: a table is expected")
        self.content = dict(content)
        self.known: list[str] = []
        self.where = where

    def fail(self, key: str, reason: str) -> None:
        raise LessonError(f"{self.where}: {key}: {reason}")

    def take(self, key: str, default: Any, what: str, fits: Callable[[Any], bool]) -> Any:
        self.known.append(key)
        value = self.content.pop(key, _MISSING)
        if value is _MISSING:
            if default is _MISSING:
                self.fail(key, f"is missing; {what} is expected")
            return default
        if not fits(value):
            self.fail(key, f"{what} is expected")
        return value

    def text(self, key: str, default: Any = _MISSING, empty_ok: bool = False) -> Any:
        return self.take(
            key,
            default,
            "a text",
            lambda value: isinstance(value, str) and (empty_ok or bool(value.strip())),
        )

    def number(self, key: str, default: Any = _MISSING) -> float:
        def fits(value: Any) -> bool:
            return isinstance(value, int | float) and not isinstance(value, bool) and value > 0

        return self.take(key, default, "a number above 0", fits)

    def texts(self, key: str, default: Any = _MISSING) -> tuple[str, ...]:
        return tuple(self.take(key, default, "a list of texts", _is_list_of_texts))

    def tables(self, key: str, default: Any = _MISSING) -> list[Mapping[str, Any]]:
        return self.take(key, default, "a list of tables", lambda value: isinstance(value, list))

    def sentences(self, key: str, names: tuple[str, ...] | None) -> dict[str, str]:
        """Take one text for all `names`, or a table of a text each; any names where None."""
        default: Any = {} if names is None else _MISSING
        value = self.take(key, default, "a text, or a table of texts", _is_text_or_table_of_texts)
        if isinstance(value, str):
            if names is None:
                self.fail(key, "a table is expected: cell id = sentence")
            return {name: value for name in names or ()}
        if names is not None and set(value) != set(names):
            self.fail(key, f"one sentence is expected for each of {', '.join(names)}")
        return dict(value)

    def refuse_the_rest(self) -> None:
        for key in self.content:
            near = difflib.get_close_matches(key, self.known, n=1)
            suggestion = f"; did you mean {near[0]}?" if near else ""
            self.fail(key, f"is an unknown key{suggestion}")


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)


def _is_text_or_table_of_texts(value: Any) -> bool:
    texts = list(value.values()) if isinstance(value, dict) else [value]
    return bool(texts) and _is_list_of_texts(texts)
