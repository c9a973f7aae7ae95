"""`course watch` on a terminal: a screen that is drawn anew, and single keys."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from course.cli.display import COLOURS, hints, share_bar, wrapped
from course.cli.reports import WORDS
from course.cli.watch import POLL_S, saves
from course.learner.answers import put_stub_back
from course.learner.messages import WRONG
from course.learner.progress import STATES, Progress
from course.lessons import Course, Exercise
from course.lessons.stubs import fingerprint

if TYPE_CHECKING:
    from rich.console import Console

    from course.grading import Grader, Verdict

KEYS = "h hint  l list  n next  r reset  q quit"
HEAD, FOOT = 6, 2  # lines


def can_draw(console: Console) -> bool:
    """Tell whether there is a terminal to draw on, and keys to read."""
    dumb = console.is_dumb_terminal or os.name != "posix"
    # not console.is_terminal: FORCE_COLOR makes a terminal of any file
    return sys.stdout.isatty() and sys.stdin.isatty() and not dumb


def watch_on_screen(course: Course, exercises: Sequence[Exercise], console: Console) -> None:
    """Grade each answer when it is saved, until the learner quits."""
    from course.grading import Grader  # pylint: disable=import-outside-toplevel  # loads pytest

    with Grader(course, exercises=exercises) as grader, ThreadPoolExecutor(1) as worker:
        grader.warm_up()  # while the learner still thinks
        looks = saves(exercises)
        next(looks)  # a save is one from now on: finding out the statuses takes a while
        screen = Screen(course, exercises, grader, worker)
        console.soft_wrap = False  # on a screen, what is wider than a line goes on in the next
        live = Live(console=console, screen=True, auto_refresh=False)
        try:
            with live, _keys() as pressed:
                shown: object = None
                while not screen.over:
                    screen.look(next(looks))
                    if shown != (shown := (screen.state, console.size)):
                        live.update(screen.drawn(console), refresh=True)
                    for key in pressed(POLL_S):
                        screen.press(key)
        except KeyboardInterrupt:
            pass  # the usual way to stop watching, and no error
        finally:
            worker.shutdown(wait=False, cancel_futures=True)
            if screen.jobs:
                grader.interrupt()  # who quits does not wait for an answer that never ends
    console.print(f"{screen.passed} of {len(exercises)} passed. `course watch` goes on from here.")


class Screen:  # pylint: disable=too-many-instance-attributes  # what there is to be seen
    """What is to be seen, and what the keys do."""

    def __init__(
        self,
        course: Course,
        exercises: Sequence[Exercise],
        grader: Grader,
        worker: ThreadPoolExecutor,
    ):
        self.course, self.exercises = course, list(exercises)
        self.grader, self.worker = grader, worker
        self.progress = Progress(course)
        # to find out a status takes a while: it is found out when a file has changed
        self.statuses = {item.id: self.progress.status(item) for item in exercises}
        self.over = False
        self.current = self.exercises[0]
        self.verdicts: dict[str, Verdict] = {}
        self.told = ""  # what the grader is at
        self.below: list[str] = []  # what a key has asked for
        self.room = self.top = 0  # lines of the body: how many there are, and the first one shown
        self.reset_asked = False
        self.jobs: list[tuple[Exercise, Future[Verdict]]] = []
        self._go(self._upcoming(0) or self.current)

    @property
    def passed(self) -> int:
        """How many of the exercises have passed."""
        return sum(status == "passed" for status in self.statuses.values())

    @property
    def state(self) -> object:
        """What is drawn from: equal as long as the screen may stay as it is."""
        now = self.current.id, tuple(self.verdicts.items()), tuple(self.below), self.top
        return *now, len(self.jobs), self.told, tuple(self.statuses.values())

    def look(self, saved: set[Path]) -> None:
        """Grade what was saved, and take the verdicts that are there."""
        for exercise in self.exercises:
            if exercise.answer in saved:
                self.verdicts.pop(exercise.id, None)
                if self._updated(exercise) != "todo":
                    self.current = exercise
                    self._grade(exercise)
        while self.jobs and self.jobs[0][1].done():
            exercise, job = self.jobs.pop(0)
            verdict = job.result()
            if verdict.answer != fingerprint(exercise, exercise.answer):
                continue  # saved or reset since: another verdict comes, or none is wanted
            self.verdicts[exercise.id] = verdict
            if verdict.verdict == "passed":
                self.progress.passed(exercise, verdict.answer)
            self._updated(exercise)

    def _updated(self, exercise: Exercise) -> str:
        self.statuses[exercise.id] = self.progress.status(exercise)
        return self.statuses[exercise.id]

    def _grade(self, exercise: Exercise) -> None:
        self.told, self.below, self.top = "", [], 0
        # one that waits would judge the same text
        self.jobs = [(it, job) for it, job in self.jobs if it is not exercise or not job.cancel()]
        job = self.worker.submit(self.grader.grade, exercise, tell=self._tell)
        self.jobs.append((exercise, job))

    def _tell(self, text: str) -> None:
        self.told = text

    def press(self, key: str) -> None:
        """Do what a key asks for."""
        asked, self.reset_asked = self.reset_asked, False
        if asked:
            self.below = []  # another key is no second r
        self.top = self.top + self.room - 1 if key == " " else 0
        if key == "q":
            self.over = True
        elif key == "h":
            self.below = hints(self.current, self.progress)
        elif key == "l":
            self.below = [
                f"{'>' if item is self.current else ' '} {item.id} {item.title}: "
                f"{STATES[self.statuses[item.id]]}"
                for item in self.exercises
            ]
            self.top = max(0, self.exercises.index(self.current) - self.room + 2)
        elif key == "n":
            self._go(self._upcoming() or self.current)
        elif key == "r" and asked:
            self.below = [self._reset()]
        elif key == "r":
            self.reset_asked = True
            self.below = ["Press r again to put the untouched stub back; your answer is kept."]

    def _reset(self) -> str:
        """Put the stub of the current exercise back, and say so."""
        try:
            backup = put_stub_back(self.current)
        except OSError as error:
            return str(error)
        self.verdicts.pop(self.current.id, None)
        self._updated(self.current)
        kept = f" Your answer is kept in {self._relative(backup)}." if backup else ""
        return f"The untouched stub is back.{kept}"

    def _upcoming(self, skip: int = 1) -> Exercise | None:
        """Return the next exercise of these that has not passed; None where there is no other."""
        place = self.exercises.index(self.current)
        in_turn = [*self.exercises[place:], *self.exercises[:place]][skip:]
        return next((item for item in in_turn if self.statuses[item.id] != "passed"), None)

    def _go(self, exercise: Exercise) -> None:
        """Look at an exercise, and grade what was started of it before."""
        self.current, self.below = exercise, []
        graded = exercise.id in self.verdicts or any(it is exercise for it, _ in self.jobs)
        if not graded and self.statuses[exercise.id] not in ("todo", "passed"):
            self._grade(exercise)

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.course.root).as_posix()

    def drawn(self, console: Console) -> RenderableType:
        """Return the screen: progress, the exercise, its verdict, and the keys."""
        done, total, now = self.passed, len(self.exercises), self.current
        head = Text.assemble((f"{self.course.name}  ", "bold"), no_wrap=True, overflow="ellipsis")
        head.append_text(share_bar(console, done, total)).append(f"  {done} of {total}\n\n")
        head.append(f"{now.id} {now.title}\n", style="bold")
        head.append(f"  edit   {self._relative(now.answer)}\n")
        head.append(f"  read   {self._relative(now.part.notebook)}\n")
        self.room = max(2, console.size.height - HEAD - FOOT)
        body = self._body(console)
        body += [Text()] * (self.room - len(body))
        return Group(head, *body, Text(f"\n{KEYS}", style="dim", overflow="crop", no_wrap=True))

    def _body(self, console: Console) -> list[Text]:
        """Return the lines below the head: what a key has asked for, then the verdict."""
        lines = [Text(line) for line in (*self.below, "")] if self.below else []
        verdict, upcoming = self.verdicts.get(self.current.id), self._upcoming()
        if self.jobs:
            lines.append(Text(f"grading {self.jobs[0][0].id} {self.told}".rstrip()))
        elif verdict is None:
            lines.append(Text("Graded when you save.", style="dim"))
        else:
            lines.append(Text(WORDS[verdict.verdict], style=COLOURS.get(verdict.verdict, "red")))
            lines += map(Text, wrapped(verdict.message.rstrip(), console.width))
            if verdict.verdict in WRONG:
                lines.append(Text("\nh gives a hint.", style="dim"))
            elif verdict.verdict == "passed":
                lines.append(Text(f"\n`course solution {verdict.id}` shows ours."))
                if upcoming is not None:
                    lines.append(Text(f"n goes on to {upcoming.id} {upcoming.title}."))
        if self.passed == len(self.exercises):
            lines.append(Text("All of these exercises have passed."))
        remarks = filter(None, (self.grader.weaker, self.progress.trouble))
        lines += [Text(remark, style="dim") for remark in remarks]
        lines = [part for line in lines for part in line.wrap(console, console.width)]
        self.top = self.top if self.top < len(lines) else 0  # after the end comes the beginning
        shown = lines[self.top :]
        if more := len(shown) - self.room + 1 if len(shown) > self.room else 0:
            shown[-more:] = [Text(f"{more} more lines: the space bar shows them", style="dim")]
        return shown


@contextmanager
def _keys() -> Iterator[Callable[[float], str]]:
    """Read keys as they are pressed; in the end the terminal is as it was."""
    # pylint: disable-next=import-outside-toplevel  # not on every system: see can_draw
    import termios
    import tty  # pylint: disable=import-outside-toplevel

    stdin = sys.stdin.fileno()

    def pressed(seconds: float) -> str:
        """Return the keys of so many seconds; those that send several characters are none."""
        if not select.select([stdin], [], [], seconds)[0]:
            return ""
        keys = os.read(stdin, 64).decode(errors="ignore")
        return "q" if not keys else "" if keys.startswith("\x1b") else keys

    before = termios.tcgetattr(stdin)
    ended = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    tty.setcbreak(stdin)
    mode = termios.tcgetattr(stdin)
    # Ctrl+Z would leave the shell in the middle of this screen
    mode[6][termios.VSUSP] = os.fpathconf(stdin, "PC_VDISABLE").to_bytes()
    termios.tcsetattr(stdin, termios.TCSADRAIN, mode)
    try:
        yield pressed
    finally:
        termios.tcsetattr(stdin, termios.TCSADRAIN, before)
        signal.signal(signal.SIGTERM, ended)
