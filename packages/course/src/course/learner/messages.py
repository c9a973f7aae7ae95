"""Messages for a learner: a sentence, then the facts. What a learner's process sent is text of
unknown length with anything in it.
"""

import re
import textwrap
from collections.abc import Mapping

LONGEST_LINE = 160
MOST_LINES = 12
LONGEST_MESSAGE = 4_000
UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
# a line of a fact: "  came back: 3", or "  came back:" above a block; a label of many words would
# be a sentence with a colon, while the name of a test may be long
LABELLED = re.compile(r"  (?P<label>[^\s:][^:\n]{0,30}|[^\s:]+):(?: +(?P<text>\S.*)?)?")
NO_RETURN = "`None` came back: is a `return` missing?"


class AnswerError(Exception):
    """Something about the learner's answer ends a test: a sentence, and facts by their labels."""

    verdict = "failed"

    def __init__(self, sentence: str, facts: Mapping[str, str] | None = None):
        super().__init__(sentence)
        self.sentence = sentence
        self.facts = dict(facts or {})

    def __str__(self) -> str:
        return compose(self.sentence, self.facts)


class AnswerBroken(AnswerError):
    """The answer does not load."""

    verdict = "broken"


class AnswerFailed(AnswerError):
    """The answer ran, and could not be judged: it raised, or ended its process."""


class MachineTrouble(AnswerError):
    """The answer could not be judged, and is not at fault: something of this machine fails."""

    verdict = "trouble"


class AnswerTimeout(AnswerError):
    """The answer took too long."""

    verdict = "timeout"


# verdicts on what was started and is no pass
WRONG = (AnswerError.verdict, AnswerBroken.verdict, AnswerTimeout.verdict)


def compose(sentence: str, facts: Mapping[str, str]) -> str:
    """Lay out a message: the sentence, then a line or a block for each fact, labelled or not."""
    lines = [printable(sentence)]
    width = max(map(len, facts), default=0) + 1
    for label, text in facts.items():
        text = printable(text)
        if not label:
            lines.append(f"  {shorten(text)}")
        elif "\n" in text:
            lines += [f"  {label}:", textwrap.indent(shorten(text), "    ")]
        else:
            lines.append(f"  {label + ':':<{width}} {shorten(text)}")
    return "\n".join(lines)[:LONGEST_MESSAGE]


def parts_of(message: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the sentence of a composed message, and its facts: each a label and a text.

    What is no fact (a second sentence, an author's lines) belongs to the sentence.
    """
    sentence: list[str] = []
    facts: list[tuple[str, str]] = []
    for line in message.splitlines():
        in_block = facts and (not facts[-1][1] or "\n" in facts[-1][1])
        if in_block and (line.startswith("    ") or not line):
            label, text = facts.pop()
            facts.append((label, f"{text}{line[4:]}\n"))
        elif found := LABELLED.fullmatch(line):
            facts.append((found["label"], found["text"] or ""))
        elif line.startswith("  ") and not line.startswith("   "):
            facts.append(("", line[2:]))
        else:
            sentence.append(line)
    return "\n".join(sentence), [(label, text.rstrip("\n")) for label, text in facts]


def printable(text: str) -> str:
    """Remove what would steer a terminal: a learner's code chose the text."""
    text = text.replace("\r\n", "\n").strip("\n").replace("\t", "    ")
    return "".join(it if it.isprintable() or it == "\n" else UNPRINTABLE for it in text)


def shorten(text: str) -> str:
    """Cut a text to a dozen lines that fit a screen."""
    lines = [
        line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"
        for line in text.splitlines()
    ]
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], f"… {len(lines) - MOST_LINES + 1} more lines"]
    return "\n".join(lines)


def seconds(count: float) -> str:
    """Return a time as it is said: "1 second", "20 seconds"."""
    return f"{count:g} second{'' if count == 1 else 's'}"
