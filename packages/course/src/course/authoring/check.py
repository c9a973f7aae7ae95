"""`course author check`: proof that a lesson is what it claims to be.

For every exercise: the stub is todo, the stub forced to run fails, the solution and each variant
pass, each mistake fails and the learner is told its sentence, each test catches a mistake, and
nothing is missing, stale or stray. Right answers and wrong ones meet tables of three seeds. Every
part of a lesson has its form.
"""

from __future__ import annotations

import ast
import contextlib
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

from course.authoring import form
from course.authoring.sync import solution_differs
from course.learner.messages import WRONG
from course.lessons import Course, Exercise, Lesson, LessonError
from course.lessons.brief import brief
from course.lessons.cells import cells_of
from course.lessons.known_answers import text_of
from course.lessons.needs import unmet_needs
from course.lessons.stubs import is_untouched, read_solution, stub_text

if TYPE_CHECKING:
    from course.grading import Grader, Verdict

# what tools and systems leave lying about
LITTER = ("__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".DS_Store", ".hypothesis")
TO_WRITE = "TODO"
SEEDS = (1, 2, 3)
FEWEST = {"mistake": 3, "variant": 2}


@dataclass
class Finding:
    """What the check of one exercise, or of what belongs to a lesson, has found."""

    subject: str  # id of the exercise, or the lesson's folder
    title: str
    unverified: str = ""  # why nothing was tried: what this machine lacks
    idle: list[str] = field(default_factory=list)  # the tests that have caught no mistake yet
    proofs: dict[str, bool] = field(default_factory=dict)  # what was tried, and went as it must
    problems: list[str] = field(default_factory=list)  # what is wrong, in sentences

    def expect(self, proof: str, holds: bool, problem: str) -> None:
        """Note a proof, and the problem where it does not hold."""
        self.proofs[proof] = self.proofs.get(proof, True) and holds
        if not holds:
            self.problems.append(problem)


@dataclass(frozen=True)
class _Proof:
    """A text that is graded in place of the learner's, and what must come of it."""

    finding: Finding
    exercise: Exercise
    name: str
    text: str
    subject: str
    expected: tuple[str, ...]
    says: str = ""
    seed: int = SEEDS[0]

    def grade(self, grader: Grader, folder: Path) -> Verdict:
        """Grade the text, in a folder that is made for it."""
        folder.mkdir()
        answer = folder / self.exercise.file
        answer.write_text(self.text, encoding="utf-8", newline="")
        return grader.grade(self.exercise, answer, force=self.name != "stub", seed=self.seed)

    def judge(self, verdict: Verdict) -> None:
        """Note whether it is what it must be, and the learner is told what they must."""
        fits = verdict.verdict in self.expected
        finding, name, subject = self.finding, self.name, self.subject
        if name == "mistakes" and verdict.verdict == "failed":
            finding.idle = [test for test in finding.idle if test not in verdict.failed_tests]
        problem = f"{subject} is {verdict.verdict}, not {self.expected[0]}: {verdict.message}"
        finding.expect(name, fits, problem)
        if fits:
            # a message is laid out in lines, and a sentence may be broken over two
            told = " ".join(self.says.split()) in " ".join(verdict.message.split())
            problem = f"{subject}: the learner is not told {self.says!r} but: {verdict.message}"
            finding.expect(name, told, problem)
        if fits and name == "solution":
            problem = f"the solution earns {verdict.points} of {verdict.possible} points"
            finding.expect(name, verdict.points == verdict.possible, problem)


def check(
    exercises: Sequence[Exercise],
    grader: Grader,
    progress: Callable[[int], Callable[[], None]] = lambda total: lambda: None,
) -> list[Finding]:
    """Prove the exercises, and what belongs to their lessons: a finding for each of both.

    `progress` is told how many texts are graded, and returns what is called after each.
    """
    findings: list[Finding] = []
    proofs: list[_Proof] = []
    for exercise in exercises:
        if exercise.lesson.folder not in [finding.subject for finding in findings]:
            findings.append(_check_lesson(exercise.lesson))
        finding = Finding(exercise.id, exercise.title)
        findings.append(finding)
        try:
            _check_files(finding, exercise)
            if not finding.unverified:
                proofs += list(_proofs(finding, exercise))
        except (LessonError, OSError, ValueError) as error:
            finding.problems.append(str(error))
    advance = progress(len(proofs))
    with tempfile.TemporaryDirectory(prefix="course-check-") as folder:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            pending = {
                pool.submit(proof.grade, grader, Path(folder) / str(number)): proof
                for number, proof in enumerate(proofs)
            }
            for done in as_completed(pending):
                pending[done].judge(done.result())
                advance()
    for finding in filter(lambda item: item.proofs, findings):
        reason = f"no mistake is caught by {', '.join(finding.idle)}"
        finding.expect("tests", not finding.idle, f"{reason}: describe one, or leave the test out")
    return findings


def _proofs(finding: Finding, exercise: Exercise) -> Iterator[_Proof]:
    stub, solution = stub_text(exercise), read_solution(exercise)
    common, right = (finding, exercise), ("passed",)
    yield _Proof(*common, "stub", stub, "the stub", ("todo",))
    yield _Proof(*common, "forced", stub, "the stub, forced to run,", ("failed",))
    yield _Proof(*common, "solution", solution, "the solution", right)
    for mistake, seed in zip(exercise.mistakes, cycle(SEEDS)):
        wrong, subject = text_of(exercise, solution, mistake), f"mistake {mistake.name!r}"
        yield _Proof(*common, "mistakes", wrong, subject, WRONG, mistake.says, seed)
    for variant, seed in zip(exercise.variants, cycle(SEEDS[1:])):
        text, subject = text_of(exercise, solution, variant), f"variant {variant.name!r}"
        yield _Proof(*common, "variants", text, f"{subject}, with seed {seed},", right, seed=seed)


def names_of_tests(exercise: Exercise) -> list[str]:
    """Return the names of an exercise's tests, and of a notebook's cells that say something."""
    cells = cells_of(read_solution(exercise)) if exercise.kind == "notebook" else []
    said = [str(cell.get("id")) for cell in cells if "says" in cell["metadata"].get("course", {})]
    tree = ast.parse(_read(exercise.tests) or "")
    functions = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    tests = [name for name in functions if name.startswith("test")]
    return list(dict.fromkeys([*exercise.cell_says, *said, *tests]))


# what is there ---------------------------------------------------------------------------------


def _check_files(finding: Finding, exercise: Exercise) -> None:
    problems = finding.problems
    root = exercise.lesson.root
    if exercise.kind != "notebook" and not exercise.tests.is_file():
        problems.append(f"there is no test file {exercise.tests.relative_to(root)}")
    for key, known in (("mistake", exercise.mistakes), ("variant", exercise.variants)):
        if len(known) < FEWEST[key]:
            count = f"{len(known)} described, {FEWEST[key]} are needed"
            problems.append(f"[[exercise.{key}]]: {count}")
    finding.idle = names_of_tests(exercise)
    unknown = [name for name in exercise.hint_for if name not in finding.idle]
    problems += [f"hint_for: there is no {name}" for name in unknown]
    lacking = unmet_needs(exercise)
    finding.unverified = f"needs {' and '.join(lacking)}" if lacking else ""
    if brief(exercise) is None:
        problems.append(f"the lesson's README.md has no heading that begins with {exercise.id}")
    if solution_differs(exercise):
        problems.append(f"the solution is not {exercise.fills}; run `course author sync`")
    if not is_untouched(exercise, exercise.answer):
        path = exercise.answer.relative_to(root)
        problems.append(f"{path} is not the stub; run `course author sync`")
    texts = (exercise.title, *exercise.hints, *exercise.todos.values(), exercise.passed)
    if any(TO_WRITE in text for text in texts):
        problems.append("title, todo, hints or passed are still to be written")


def _read(path: Path) -> str | None:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return path.read_text(encoding="utf-8")
    return None


def _check_lesson(lesson: Lesson) -> Finding:
    finding = Finding(lesson.folder, lesson.title)
    for part in lesson.parts:
        try:
            finding.problems += form.problems_of(lesson, part)
        except OSError:
            path = part.notebook.relative_to(lesson.root)
            finding.problems.append(f"there is no notebook {path}")
        except (LessonError, ValueError) as error:
            finding.problems.append(f"{part.notebook.name}: {error}")
    readme = _read(lesson.path / "README.md")
    if readme is None:
        finding.problems.append(f"there is no exercises/{lesson.folder}/README.md")
    elif TO_WRITE in readme:
        finding.problems.append("README.md is still to be written")
    texts = [lesson.title, *(part.title for part in lesson.parts)]
    texts += [objective.text for objective in lesson.objectives]
    if any(TO_WRITE in text for text in texts):
        finding.problems.append("titles or objectives are still to be written")
    finding.problems += [f"{path.relative_to(lesson.root)} is stray" for path in _stray(lesson)]
    return finding


def _stray(lesson: Lesson) -> Iterator[Path]:
    """Yield what belongs to no exercise."""
    files = {exercise.file for exercise in lesson.exercises}
    tests = {exercise.tests.name for exercise in lesson.exercises}
    known = {
        lesson.path: {"README.md", "lesson.toml", "tests", "answers", *files, *lesson.support},
        lesson.path / "tests": {"conftest.py", *tests},
        lesson.path / "answers": {exercise.id for exercise in lesson.exercises},
        lesson.root / "solutions" / lesson.folder: files,
    }
    for exercise in lesson.exercises:
        answers = (*exercise.mistakes, *exercise.variants)
        known[exercise.known_answers] = {answer.file for answer in answers}
    for folder, names in known.items():
        yield from _others(folder, names)


def stray_folders(course: Course) -> list[Path]:
    """Return what is in `exercises/` and `solutions/` and is no lesson."""
    lessons = {lesson.folder for lesson in course.lessons}
    parents = (course.root / "exercises", course.root / "solutions")
    return [path for parent in parents for path in _others(parent, lessons) if path.is_dir()]


def _others(folder: Path, known: Collection[str]) -> list[Path]:
    """Return what is in a folder, if there is one, beside what is known and mere litter."""
    inside = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in inside if path.name not in known and path.name not in LITTER]
