"""Reads every `lesson.toml`, strictly.

A lesson author who mistypes a key must learn it at once and from the right line, so nothing is
ignored: unknown keys, wrong types and duplicates are errors that name file, exercise and key.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from course.lessons.model import (
    KINDS,
    Course,
    Exercise,
    KnownAnswer,
    Lesson,
    LessonError,
    Objective,
    Part,
)

LESSON_FOLDER = re.compile(r"(\d\d)_[a-z0-9_]+")
ML_TEST = re.compile(r"(data|model|infra|monitor)-[1-7]")
HINTS = 3
_REQUIRED: Any = object()


@dataclass(frozen=True)
class Key:
    """What a key of a table may hold (said for the error, and tested), and what it is without."""

    expected: str
    fits: Callable[[Any], bool]
    default: Any = _REQUIRED

    def or_else(self, default: Any) -> Key:
        """Return the same for a key that need not be there."""
        return replace(self, default=default)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and _are_texts(list(value.values()))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _like(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


TEXT = Key("a text is expected", _is_text)
NUMBER = Key("a number above 0 is expected", _is_number)
TEXTS = Key("a list of texts is expected", _are_texts)
TABLES = Key("a list of tables is expected", lambda value: isinstance(value, list))
FILE = Key(
    "a plain file name is expected, without folders or spaces",
    _like(r"\.?[A-Za-z0-9][A-Za-z0-9_.-]*"),
)
NOTEBOOK = Key("the name of a notebook is expected", _like(r"[A-Za-z0-9][A-Za-z0-9_.-]*\.ipynb"))
HOLE = Key(
    "a module, module:function or path/to/file is expected",
    _like(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*(:[A-Za-z_]\w*)?|\S+/\S*"),
)
COMMANDS = Key("a table, command = the command that would help, is expected", _is_table)
TEST_SENTENCES = Key("a table is expected: test = sentence", _is_table)
CELL_SENTENCES = Key("a table is expected: cell id = sentence", _is_table)
SENTENCES = Key(
    "a text, or a table of texts, is expected",
    lambda value: _is_text(value) or (_is_table(value) and bool(value)),
)

COURSE = {
    "name": TEXT,
    "preload": TEXTS.or_else(()),
    "packages": TEXTS.or_else(()),
    "fetch": TEXT.or_else(""),
}
LESSON = {
    "title": TEXT,
    "support": TEXTS.or_else(()),
    "preload": TEXTS.or_else(()),
    "part": TABLES,
    "objective": TABLES,
    "exercise": TABLES,
}
PART = {"notebook": NOTEBOOK, "title": TEXT, "exercises": TEXTS}
OBJECTIVE = {"text": TEXT, "exercises": TEXTS}
EXERCISE = {
    "id": TEXT,
    "title": TEXT,
    "file": FILE,
    "kind": Key(f"one of {', '.join(KINDS)} is expected", KINDS.__contains__).or_else(None),
    "fills": HOLE.or_else(None),
    "points": NUMBER.or_else(1),
    "time_limit_s": NUMBER.or_else(20),
    "hints": TEXTS,
    "hint_for": TEST_SENTENCES.or_else({}),
    "passed": TEXT,
    "needs": COMMANDS.or_else({}),
    "ml_test_score": TEXTS.or_else(()),
    "blank": TEXTS.or_else(()),
    "cells": TEXTS.or_else(()),
    "todo": SENTENCES.or_else(None),
    "stub": TEXT.or_else(None),
    "says": CELL_SENTENCES.or_else({}),
    "mistake": TABLES.or_else(()),
    "variant": TABLES.or_else(()),
}
VARIANT = {
    "name": TEXT,
    "replace": TEXT.or_else(""),
    "by": Key("a text is expected", _like("(?s:.*)")).or_else(None),
    "file": FILE.or_else(""),
}
MISTAKE = {**VARIANT, "says": TEXT}


def load_course(root: Path | None = None) -> Course:
    """Read the course that `root` (the working directory) belongs to.

    LessonError says that there is none, or what of it is not described as it must be.
    """
    here = (root or Path.cwd()).resolve()
    for top in (here, *here.parents):
        file = top / "pyproject.toml"
        if file.is_file() and "course" in (tools := _read_toml(file).get("tool", {})):
            values = _read(tools["course"], COURSE, "pyproject.toml: [tool.course]")
            packages = tuple(top / path for path in values["packages"])
            files = sorted(top.glob("exercises/*/lesson.toml"))
            lessons = tuple(load_lesson(path, packages) for path in files)
            _refuse_conflicts(lessons)
            return Course(
                top, values["name"], lessons, values["preload"], packages, values["fetch"]
            )
    nowhere = f"no pyproject.toml with [tool.course] in {here} or above it."
    raise LessonError(f"No course here: {nowhere}")


def load_lesson(path: Path, packages: tuple[Path, ...] = ()) -> Lesson:
    """Read one `exercises/NN_topic/lesson.toml`, as `parse_lesson` does."""
    return parse_lesson(_read_toml(path), path.parent.name, path.parents[2], packages)


def parse_lesson(
    content: Mapping[str, Any], folder: str, root: Path, packages: tuple[Path, ...] = ()
) -> Lesson:
    """Make a `Lesson` of the parsed content of its file.

    LessonError says what is not described as it must be.

    Parameters
    ----------
    folder : str
        "03_pipelines", in the repository at `root`.
    packages : tuple of Path
        Where modules are looked for, absolute.
    """
    where = f"exercises/{folder}/lesson.toml"
    match = LESSON_FOLDER.fullmatch(folder)
    if match is None:
        raise LessonError(f"{where}: a lesson's folder is named like 03_pipelines, not {folder}")
    values = _read(content, LESSON, where)
    parts = [_read(item, PART, f"{where}: part") for item in values["part"]]
    objectives = [_read(item, OBJECTIVE, f"{where}: objective") for item in values["objective"]]
    lesson = Lesson(
        number=match[1],
        folder=folder,
        title=values["title"],
        parts=tuple(
            Part(root / "notebooks" / folder / part.pop("notebook"), **part) for part in parts
        ),
        objectives=tuple(Objective(**objective) for objective in objectives),
        exercises=(),
        root=root,
        packages=packages,
        support=values["support"],
        preload=values["preload"],
    )
    exercises = tuple(_parse_exercise(item, lesson) for item in values["exercise"])
    ids = [exercise.id for exercise in exercises]
    for key, names in (("id", ids), ("file", [exercise.file for exercise in exercises])):
        for name in _repeated(names):
            raise LessonError(f"{where}: exercise {name}: {key}: is there twice")
    if ids != sorted(ids, key=lambda item: int(item.split(".")[1])):
        raise LessonError(f"{where}: id: exercises are to be in order, not {', '.join(ids)}")
    _refuse_strangers(lesson, ids)
    # an exercise knows its lesson and the lesson its exercises: one of the two comes second
    object.__setattr__(lesson, "exercises", exercises)
    return lesson


def _refuse_strangers(lesson: Lesson, ids: Sequence[str]) -> None:
    """See that each exercise belongs to one part, and each objective to exercises that exist."""
    ends = [item for part in lesson.parts for item in part.exercises]
    for item in ids:
        if ends.count(item) != 1:
            count = f"{item} belongs to {ends.count(item)} parts, one is expected"
            raise LessonError(f"{lesson.where}: part: exercises: {count}")
    for key, owners in (("part", lesson.parts), ("objective", lesson.objectives)):
        for named in (owner.exercises for owner in owners):
            if not named:
                raise LessonError(f"{lesson.where}: {key}: exercises: none is named")
            for stranger in (item for item in named if item not in ids):
                reason = f"{stranger} is no exercise of this lesson"
                raise LessonError(f"{lesson.where}: {key}: exercises: {reason}")


def _parse_exercise(content: Any, lesson: Lesson) -> Exercise:
    name = content.get("id", "without id") if isinstance(content, dict) else "without id"
    where = f"{lesson.where}: exercise {name}"
    values = _read(content, EXERCISE, where)
    known = {
        key: tuple(_parse_known(item, keys, f"{where}: {key}") for item in values[key])
        for key, keys in (("mistake", MISTAKE), ("variant", VARIANT))
    }
    values["kind"] = values["kind"] or _usual_kind(values["file"])
    key = "cells" if values["kind"] == "notebook" else "blank"
    for holds, of_key, reason in _rules(values, key, lesson.number):
        if not holds:
            raise LessonError(f"{where}: {of_key}: {reason}")
    blanks, todo = values[key], values["todo"]
    names = [(key, blanks), *((of, [item.name for item in some]) for of, some in known.items())]
    for of_key, repeated in ((of, name) for of, some in names for name in _repeated(some)):
        raise LessonError(f"{where}: {of_key}: {repeated!r} is there twice")
    values["points"] = int(values["points"])
    return Exercise(
        **{field.name: values[field.name] for field in fields(Exercise) if field.name in values},
        mistakes=known["mistake"],
        variants=known["variant"],
        blanks=blanks,
        todos=todo if isinstance(todo, dict) else dict.fromkeys(blanks, todo),
        cell_says=values["says"],
        lesson=lesson,
    )


def _usual_kind(file: str) -> str:
    return {".py": "code", ".ipynb": "notebook"}.get(Path(file).suffix, "file")


def _rules(values: dict[str, Any], key: str, number: str) -> Iterator[tuple[Any, str, str]]:
    """Yield what has to hold for an exercise, whose it is (a key), and what to say otherwise."""
    kind, fills, hints = (values[name] for name in ("kind", "fills", "hints"))
    blanks, todo, stub = (values[name] for name in (key, "todo", "stub"))
    notebook = kind == "notebook"
    fits = re.fullmatch(rf"{number}\.[1-9]\d*", values["id"])
    yield fits, "id", f"an id of this lesson is expected, like {number}.1"
    fits = notebook == (_usual_kind(values["file"]) == "notebook")
    yield fits, "kind", f"{kind} does not go with the file {values['file']}"
    whole = fills is None or "/" in fills or ":" not in fills
    yield whole or kind == "code", "fills", f"a function is filled by kind code, not {kind}"
    yield not notebook or (blanks and stub is None), "cells", "needed"
    yield bool(blanks) == (stub is None), key, f"either {key} or stub is needed"
    other = "blank" if notebook else "cells"
    yield not values[other], other, f"is not for an exercise of kind {kind}"
    yield todo or not blanks, "todo", "is missing; a text, or a table of texts, is expected"
    yield blanks or not todo, "todo", f"goes with {key}"
    each = not isinstance(todo, dict) or set(todo) == set(blanks)
    yield each, "todo", f"one sentence is expected for each of {', '.join(blanks)}"
    yield notebook or not values["says"], "says", "only a notebook exercise has it"
    yield len(hints) == HINTS, "hints", f"{HINTS} are expected, there are {len(hints)}"
    for item in values["ml_test_score"]:
        fits = ML_TEST.fullmatch(item)
        yield fits, "ml_test_score", f"data-, model-, infra- or monitor-1 to -7, not {item}"


def _parse_known(content: Any, keys: Mapping[str, Key], where: str) -> KnownAnswer:
    values = _read(content, keys, where)
    name, file, by = values["name"], values["file"], values["by"]
    if bool(file) == bool(values["replace"]) or bool(file) == (by is not None):
        raise LessonError(f"{where}: {name!r}: either replace and by, or file, is expected")
    if not file and values["replace"] == by:
        raise LessonError(f"{where}: by: {name!r} replaces a text by itself")
    return KnownAnswer(**{**values, "by": by or ""})


def _repeated(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def _refuse_conflicts(lessons: Sequence[Lesson]) -> None:
    """See that no two lessons have a number, and no two exercises a hole, or a part of it."""
    for one, other in combinations(lessons, 2):
        if one.number == other.number:
            number = f"lesson {one.number}"
            raise LessonError(f"{other.where}: {number} is also described in {one.where}")
    filled = [item for lesson in lessons for item in lesson.exercises if item.fills]
    for one, other in combinations(filled, 2):
        # two answers for one place: they could not both be what ships
        if _overlap(str(one.fills), str(other.fills)):
            raise other.error("fills", f"{other.fills} is already filled by {one.id}")


def _overlap(one: str, other: str) -> bool:
    """Tell whether two holes are the same, or one is a function in the module that is the other."""
    return one == other or one.partition(":")[0] == other or other.partition(":")[0] == one


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        name = "/".join(path.parts[-3:]) if path.name == "lesson.toml" else path.name
        raise LessonError(f"{name}: is not valid TOML: {error}") from error


def _read(content: Any, keys: Mapping[str, Key], where: str) -> dict[str, Any]:
    """Return the value of each key of a table, or its default, and refuse what does not fit."""
    if not isinstance(content, dict):
        raise LessonError(f"{where}: a table is expected")
    for name in content:
        if name not in keys:
            near = difflib.get_close_matches(name, keys, n=1)
            suggestion = f"; did you mean {near[0]}?" if near else ""
            raise LessonError(f"{where}: {name}: is an unknown key{suggestion}")
    for name, key in keys.items():
        if name not in content and key.default is _REQUIRED:
            raise LessonError(f"{where}: {name}: is missing; {key.expected}")
        if name in content and not key.fits(content[name]):
            # a list or table is too long to be shown
            plain = not isinstance(content[name], list | dict)
            wrong = f", not {content[name]!r}" if plain else ""
            raise LessonError(f"{where}: {name}: {key.expected}{wrong}")
    values = {name: content.get(name, key.default) for name, key in keys.items()}
    return {name: tuple(it) if isinstance(it, list) else it for name, it in values.items()}
