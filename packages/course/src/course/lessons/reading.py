"""Reads every `lesson.toml`, strictly.

A lesson author who mistypes a key must learn it at once and from the right line, so nothing is
ignored: unknown keys, wrong types and duplicates are errors that name file, exercise and key.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
EXERCISE_ID = re.compile(r"(\d\d)\.([1-9]\d*)")
FILE_NAME = re.compile(r"\.?[A-Za-z0-9][A-Za-z0-9_.-]*")
HOLE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*(:[A-Za-z_]\w*)?|\S+/\S*")
ML_TEST = re.compile(r"(data|model|infra|monitor)-[1-7]")
HINTS = 3
_REQUIRED: Any = object()


@dataclass(frozen=True)
class Key:
    """What a key of a table may hold.

    Attributes
    ----------
    what : str
        In words, for the error.
    fits : callable
        Says whether a value is that.
    default : object
        What a table without the key has.
    """

    what: str
    fits: Callable[[Any], bool]
    default: Any = _REQUIRED

    def or_else(self, default: Any) -> Key:
        """Return the same for a key that need not be there."""
        return replace(self, default=default)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _are_sentences(value: Any) -> bool:
    texts = list(value.values()) if isinstance(value, dict) else [value]
    return bool(texts) and _are_texts(texts)


TEXT = Key("a text", _is_text)
NUMBER = Key("a number above 0", _is_number)
TEXTS = Key("a list of texts", _are_texts)
TABLES = Key("a list of tables", lambda value: isinstance(value, list))
COMMANDS = Key(
    "a table, command = the command that would help,",
    lambda value: isinstance(value, dict) and _are_texts(list(value.values())),
)
SENTENCES = Key("a text, or a table of texts", _are_sentences)

COURSE = {"name": TEXT, "preload": TEXTS.or_else(()), "packages": TEXTS.or_else(())}
LESSON = {
    "title": TEXT,
    "support": TEXTS.or_else(()),
    "preload": TEXTS.or_else(()),
    "part": TABLES,
    "objective": TABLES,
    "exercise": TABLES,
}
PART = {"notebook": TEXT, "title": TEXT, "exercises": TEXTS}
OBJECTIVE = {"text": TEXT, "exercises": TEXTS}
EXERCISE = {
    "id": TEXT,
    "title": TEXT,
    "file": TEXT,
    "kind": TEXT.or_else(None),
    "fills": TEXT.or_else(None),
    "points": NUMBER.or_else(1),
    "time_limit_s": NUMBER.or_else(20),
    "hints": TEXTS,
    "hint_for": SENTENCES.or_else({}),
    "passed": TEXT,
    "needs": COMMANDS.or_else({}),
    "ml_test_score": TEXTS.or_else(()),
    "blank": TEXTS.or_else(()),
    "cells": TEXTS.or_else(()),
    "todo": SENTENCES.or_else(None),
    "stub": TEXT.or_else(None),
    "says": SENTENCES.or_else({}),
    "mistake": TABLES.or_else(()),
    "variant": TABLES.or_else(()),
}
VARIANT = {
    "name": TEXT,
    "replace": TEXT.or_else(""),
    "by": Key("a text", lambda value: isinstance(value, str)).or_else(None),
    "file": TEXT.or_else(""),
}
MISTAKE = {**VARIANT, "says": TEXT}
# keys of an exercise whose value is kept as it stands
AS_IT_IS = ("id", "title", "kind", "file", "fills", "stub", "time_limit_s", "passed")


def find_root(start: Path | None = None) -> Path:
    """Walk up from `start` (the working directory) to the folder with `[tool.course]`.

    Raises
    ------
    LessonError
        No folder on the way has it.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        file = folder / "pyproject.toml"
        if file.is_file() and "course" in _read_toml(file).get("tool", {}):
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
    content = _read_toml(top / "pyproject.toml")["tool"]["course"]
    values = _read(content, COURSE, "pyproject.toml: [tool.course]")
    packages = tuple(top / path for path in values["packages"])
    files = sorted(top.glob("exercises/*/lesson.toml"))
    lessons = tuple(load_lesson(path, packages) for path in files)
    _refuse_conflicts(lessons)
    return Course(top, values["name"], lessons, tuple(values["preload"]), packages)


def load_lesson(path: Path, packages: tuple[Path, ...] = ()) -> Lesson:
    """Read one `exercises/NN_topic/lesson.toml`.

    Raises
    ------
    LessonError
        It is not described as it must be.
    """
    return parse_lesson(_read_toml(path), path.parent.name, path.parents[2], packages)


def parse_lesson(
    content: Mapping[str, Any], folder: str, root: Path, packages: tuple[Path, ...] = ()
) -> Lesson:
    """Make a `Lesson` of the parsed content of its file.

    Parameters
    ----------
    folder : str
        "03_pipelines".
    root : Path
        Of the repository.
    packages : tuple of Path
        Where modules are looked for, absolute.

    Raises
    ------
    LessonError
        It is not described as it must be.
    """
    where = f"exercises/{folder}/lesson.toml"
    match = LESSON_FOLDER.fullmatch(folder)
    if match is None:
        raise LessonError(f"{where}: a lesson's folder is named like 03_pipelines, not {folder}")
    values = _read(content, LESSON, where)
    lesson = Lesson(
        number=match[1],
        folder=folder,
        title=values["title"],
        parts=tuple(
            _parse_part(item, where, root / "notebooks" / folder) for item in values["part"]
        ),
        objectives=tuple(_parse_objective(item, where) for item in values["objective"]),
        exercises=(),
        root=root,
        packages=packages,
        support=tuple(values["support"]),
        preload=tuple(values["preload"]),
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


def _parse_part(content: Any, where: str, folder: Path) -> Part:
    values = _read(content, PART, f"{where}: part")
    name = values["notebook"]
    if not (FILE_NAME.fullmatch(name) and name.endswith(".ipynb")):
        raise LessonError(
            f"{where}: part: notebook: the name of a notebook is expected, not {name}"
        )
    return Part(folder / name, values["title"], tuple(values["exercises"]))


def _parse_objective(content: Any, where: str) -> Objective:
    values = _read(content, OBJECTIVE, f"{where}: objective")
    return Objective(values["text"], tuple(values["exercises"]))


def _refuse_strangers(lesson: Lesson, ids: Sequence[str]) -> None:
    """See that each exercise belongs to one part, and each objective to exercises that exist."""
    ends = [item for part in lesson.parts for item in part.exercises]
    for item in ids:
        if ends.count(item) != 1:
            count = f"{item} belongs to {ends.count(item)} parts, one is expected"
            raise LessonError(f"{lesson.where}: part: exercises: {count}")
    for key, owners in (("part", lesson.parts), ("objective", lesson.objectives)):
        for named in (owner.exercises for owner in owners):
            stranger = next((item for item in named if item not in ids), None)
            reason = f"{stranger} is no exercise of this lesson" if stranger else "none is named"
            if stranger or not named:
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
    blanks = tuple(values[key])
    names = [(key, blanks), *((of, [item.name for item in some]) for of, some in known.items())]
    for of_key, repeated in ((of, name) for of, some in names for name in _repeated(some)):
        raise LessonError(f"{where}: {of_key}: {repeated!r} is there twice")
    todo = values["todo"]
    return Exercise(
        **{name: values[name] for name in AS_IT_IS},
        points=int(values["points"]),
        hints=tuple(values["hints"]),
        mistakes=known["mistake"],
        variants=known["variant"],
        blanks=blanks,
        todos=dict(todo) if isinstance(todo, dict) else dict.fromkeys(blanks, todo),
        cell_says=dict(values["says"]),
        hint_for=dict(values["hint_for"]),
        needs=dict(values["needs"]),
        ml_test_score=tuple(values["ml_test_score"]),
        lesson=lesson,
    )


def _usual_kind(file: str) -> str:
    return {".py": "code", ".ipynb": "notebook"}.get(Path(file).suffix, "file")


def _rules(  # pylint: disable=too-many-locals  # one for each rule
    values: dict[str, Any], key: str, number: str
) -> Iterator[tuple[Any, str, str]]:
    """Yield what has to hold for an exercise, whose it is (a key), and what to say otherwise."""
    file, kind, fills, hints = (values[name] for name in ("file", "kind", "fills", "hints"))
    blanks, todo, stub, says = (values[name] for name in (key, "todo", "stub", "says"))
    notebook = kind == "notebook"
    match = EXERCISE_ID.fullmatch(values["id"])
    yield match and match[1] == number, "id", f"an id of this lesson is expected, like {number}.1"
    plain = FILE_NAME.fullmatch(file)
    yield plain, "file", "a plain file name is expected, without folders or spaces"
    yield kind in KINDS, "kind", f"one of {', '.join(KINDS)} is expected, not {kind}"
    fits = notebook == (_usual_kind(file) == "notebook")
    yield fits, "kind", f"{kind} does not go with the file {file}"
    named = fills is None or HOLE.fullmatch(fills)
    yield named, "fills", "a module, module:function or path/to/file is expected"
    whole = fills is None or "/" in fills or ":" not in fills
    yield whole or kind == "code", "fills", f"a function is filled by kind code, not {kind}"
    if notebook:
        yield blanks and stub is None, "cells", "needed"
    yield bool(blanks) == (stub is None), key, f"either {key} or stub is needed"
    other = "blank" if notebook else "cells"
    yield not values[other], other, f"is not for an exercise of kind {kind}"
    yield todo or not blanks, "todo", "is missing; a text, or a table of texts, is expected"
    yield blanks or not todo, "todo", f"goes with {key}"
    each = not isinstance(todo, dict) or set(todo) == set(blanks)
    yield each, "todo", f"one sentence is expected for each of {', '.join(blanks)}"
    yield isinstance(says, dict), "says", "a table is expected: cell id = sentence"
    yield notebook or not says, "says", "only a notebook exercise has it"
    yield len(hints) == HINTS, "hints", f"{HINTS} are expected, there are {len(hints)}"
    yield isinstance(values["hint_for"], dict), "hint_for", "a table is expected: test = sentence"
    for item in values["ml_test_score"]:
        fits = ML_TEST.fullmatch(item)
        yield fits, "ml_test_score", f"data-, model-, infra- or monitor-1 to -7, not {item}"


def _parse_known(content: Any, keys: Mapping[str, Key], where: str) -> KnownAnswer:
    values = _read(content, keys, where)
    name, file, by = values["name"], values["file"], values["by"]
    if bool(file) == bool(values["replace"]) or bool(file) == (by is not None):
        raise LessonError(f"{where}: {name!r}: either replace and by, or file, is expected")
    if file and not FILE_NAME.fullmatch(file):
        raise LessonError(
            f"{where}: file: a plain file name is expected, without folders or spaces"
        )
    if not file and values["replace"] == by:
        raise LessonError(f"{where}: by: {name!r} replaces a text by itself")
    return KnownAnswer(**{**values, "by": by or ""})


def _repeated(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def _refuse_conflicts(lessons: Iterable[Lesson]) -> None:
    """See that no two lessons have a number, and no two exercises a hole, or a part of it."""
    numbers: dict[str, Lesson] = {}
    filled: list[Exercise] = []
    for lesson in lessons:
        other = numbers.setdefault(lesson.number, lesson)
        if other is not lesson:
            number = f"lesson {lesson.number}"
            raise LessonError(f"{lesson.where}: {number} is also described in {other.where}")
        for exercise in filter(lambda item: item.fills, lesson.exercises):
            for before in filled:
                # two answers for one place: they could not both be what ships
                if _overlap(str(exercise.fills), str(before.fills)):
                    reason = f"{exercise.fills} is already filled by {before.id}"
                    raise exercise.error("fills", reason)
            filled.append(exercise)


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
            raise LessonError(f"{where}: {name}: is missing; {key.what} is expected")
        if name in content and not key.fits(content[name]):
            raise LessonError(f"{where}: {name}: {key.what} is expected")
    return {name: content.get(name, key.default) for name, key in keys.items()}
