"""What a learner is told of a test that failed: the author's sentence first, then the facts, and
nothing of pytest.
"""

import ast
import contextlib
import difflib
import inspect
import linecache
import pprint
import re
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

from course.learner.messages import (
    NO_RETURN,
    AnswerBroken,
    AnswerError,
    AnswerFailed,
    AnswerTimeout,
    MachineTrouble,
    seconds,
)
from sandbox.confinement import Limits
from sandbox.supervisor import Outcome

MOST_ITEMS = 24  # of a list
LAST_LINES = 5  # of what was printed
NOTHING: Any = object()
STILL_TO_DO = re.compile(r"exercise [\d.]+ is still to do")
OF_TRUTH = re.compile(r"truth value of an? (array|Series|DataFrame)")
OF_AN_OBJECT = re.compile(r"'(?:\w+\.)*(\w+)' object (has no attribute '\w+'|is not \w+)")
KINDS = {"ndarray": "an array", "Index": "an Index", "str": "a text", "type": "a class"}


@dataclass
class Call:
    """One use of the learner's code: its source in the test, what came back, what it printed."""

    source: str = ""
    value: Any = NOTHING
    printed: str = ""
    label: str = "called"  # says what the source is
    given: Mapping[str, str] = field(default_factory=dict)  # is told besides

    def facts(self) -> dict[str, str]:
        """Return what a learner needs to do the same by hand."""
        facts = {self.label: self.source} if self.source else {}
        if self.value is not NOTHING:
            facts["came back"] = show(self.value)
        if self.printed.strip():
            facts["printed"] = "\n".join(self.printed.strip().splitlines()[-LAST_LINES:])
        return {**facts, **self.given}


def show(value: Any) -> str:
    """Return a value as a learner would print it, a few lines at most."""
    kind = type(value)
    if kind.__module__.partition(".")[0] == "pandas" and hasattr(value, "to_string"):
        columns = {"max_cols": 8} if kind.__name__ == "DataFrame" else {}
        return value.to_string(max_rows=8, **columns)
    if kind.__module__ == "numpy" and getattr(value, "size", 0) > 12:
        numpy = sys.modules["numpy"]
        with numpy.printoptions(threshold=12, edgeitems=3):
            return f"{value!r}\n(shape {value.shape})"
    if isinstance(value, str) and "\n" in value:
        return value
    if isinstance(value, list | tuple) and len(value) > MOST_ITEMS:
        return f"{show(value[:MOST_ITEMS])}\n… {len(value) - MOST_ITEMS} more"
    if isinstance(value, dict | list | tuple | set):
        return pprint.pformat(value, width=88, compact=True, sort_dicts=False)
    return repr(value)


def kind_of(value: Any) -> str:
    """Return the type of a value as a learner calls it: "an array", "a DataFrame"."""
    return _kind_named(type(value).__name__)


def _kind_named(name: str) -> str:
    if re.fullmatch(r"u?int\d*|float\d*", name):
        return "a number"
    return KINDS.get(name, f"a {name}")


# -- what was called ------------------------------------------------------------------------------


def source_of(task: Callable[..., Any]) -> str:
    """Return what a test has the learner's module do, as the learner would write it.

    The parameter that stands for the module goes: `code.double(3)` becomes `double(3)`.
    """
    code = getattr(task, "__code__", None)
    if not isinstance(code, CodeType):
        return ""
    text = _span(code) if code.co_name == "<lambda>" else _body(task)
    if code.co_argcount:
        text = re.sub(rf"\b{code.co_varnames[0]}\.(?=\w)", "", text)
    return text


def _span(code: CodeType) -> str:
    """Cut the body of a lambda out of its file."""
    places = [place for place in code.co_positions() if None not in place and place[3]]
    inside = [place for place in places if place[0] >= code.co_firstlineno]
    if not inside:
        return ""
    first = min((line, column) for line, _, column, _ in inside)
    last = max((line, column) for _, line, _, column in inside)
    lines = [linecache.getline(code.co_filename, n) for n in range(first[0], last[0] + 1)]
    if not all(lines):
        return ""
    # columns count bytes, and the last line is cut first: it may be the first line, too
    lines[-1] = lines[-1].encode()[: last[1]].decode(errors="replace")
    lines[0] = lines[0].encode()[first[1] :].decode(errors="replace")
    if len(lines) == 1:
        return lines[0]
    with contextlib.suppress(SyntaxError):
        return ast.unparse(ast.parse(f"({''.join(lines)}\n)"))
    return ""


def _body(task: Callable[..., Any]) -> str:
    """Return the statements of a function that a test defines."""
    try:
        text = textwrap.dedent(inspect.getsource(task))
    except (OSError, TypeError):
        return ""
    # what a test says to linters is nothing that a learner would write
    lines = text.partition(":\n")[2].splitlines()
    body = "\n".join(line for line in lines if not line.lstrip().startswith("# pylint"))
    return textwrap.dedent(body).strip()


# -- what a learner's process said ----------------------------------------------------------------


def error_of(reply: Mapping[str, Any], file: str, call: Call) -> AnswerError:
    """Return what to raise in a test for an answer that is no value."""
    kind, type_name, text = (str(reply.get(key)) for key in ("kind", "type", "text"))
    if kind == "undefined":
        return _undefined(str(reply.get("name")), reply.get("defined"), file)
    if kind == "not data":
        sentence = "What came back is no data: a number, text, list, array or table is expected."
        return AnswerFailed(sentence, call.facts() | object_of(reply))
    raised = f"{type_name}: {text}".removesuffix(": ")
    where = _frames(reply.get("frames"))
    if kind == "broken":
        return AnswerBroken(f"{file} cannot be loaded.", {"error": raised, **where})
    if type_name == "SystemExit":
        return AnswerFailed("Your code ends the whole program (sys.exit).", call.facts() | where)
    sentence = f"Your code raised {type_name}."
    if type_name == "NotImplementedError" and STILL_TO_DO.fullmatch(text):
        sentence = "This is still to do."
    elif not where:
        # none of the learner's lines: the test's, or a library's, used what had come back
        sentence = _misused(text) or sentence
    return AnswerFailed(sentence, {**call.facts(), "raised": raised, **where})


def object_of(reply: Mapping[str, Any]) -> dict[str, str]:
    """Return, of a reply whose value is no data, what it was."""
    return {"came back": f"{reply.get('text')}  ({reply.get('type')})"}


def _misused(text: str) -> str:
    """Say that what came back is not what was asked for, from what Python says of its use."""
    if "NoneType" in text:
        return NO_RETURN
    match = OF_AN_OBJECT.match(text)
    return f"{_begin(_kind_named(match[1]))} came back, which {match[2]}." if match else ""


def _undefined(name: str, defined: object, file: str) -> AnswerBroken:
    names = [item for item in defined if isinstance(item, str)] if isinstance(defined, list) else []
    near = difflib.get_close_matches(name, names, n=1)
    facts = {"there is": f"`{near[0]}`"} if near else {}
    return AnswerBroken(f"`{name}` is not defined in {file}.", facts)


def _frames(frames: object) -> dict[str, str]:
    """Return the last lines on the way to an error, of the learner's file and its support."""
    steps = frames[-3:] if isinstance(frames, list) else []
    steps = [step for step in steps if isinstance(step, list) and len(step) == 3]
    return {f"{file}:{line}": str(source) for file, line, source in steps}


def ending_of(outcome: Outcome, limits: Limits, call: Call) -> AnswerError:
    """Return what to raise in a test for a process that ended without an answer."""
    facts, status = call.facts(), outcome.status
    if outcome.stopped in ("wall_s", "cpu_s"):
        return AnswerTimeout(f"Your code was stopped after {seconds(limits.wall_s)}.", facts)
    if outcome.stopped == "machine":
        return MachineTrouble(f"your code could not be started: {outcome.output}.")
    too_much = {
        "memory": f"took more than {_size(limits.memory)} of memory",
        "disk": f"wrote more than {_size(limits.disk)}",
        "files": f"made more than {limits.files:,} files",
        "output": f"printed more than {_size(limits.output)}",
        "processes": f"started more than {limits.processes} processes",
    }
    if outcome.stopped in too_much:
        sentence = f"Your code was stopped: it {too_much[outcome.stopped]}."
    elif outcome.stopped == "forged":
        sentence = "Your code wrote into the channel that answers come back on."
    elif outcome.stopped == "supervisor":
        sentence = "Your code ended the process that watches over it."
    elif outcome.reply is not None:
        sentence = "What came back from your code cannot be read."
    elif status is None:
        sentence = "Your code closed the channel that answers come back on."
    else:
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        sentence = f"Your code ended the process it ran in ({how}) without an answer."
    return AnswerFailed(sentence, facts)


def _size(count: int) -> str:
    return f"{count / 2**30:.3g} GB" if count >= 2**30 else f"{count / 2**20:.3g} MB"


# -- what a failed test means ---------------------------------------------------------------------


@dataclass(frozen=True)
class Comparison:
    """The two sides of an `assert left == right` that did not hold."""

    operator: str
    left: Any
    right: Any


def asked(name: str) -> str:
    """Return what a test asks for, which its name says: `test_years_count_forward[1990]`."""
    words, _, parameters = name.removeprefix("test_").partition("[")
    sentence = words.replace("_", " ").strip()
    return f"Asked for: {sentence}{f' ({parameters[:-1]})' if parameters else ''}."


def explain(
    name: str, error: BaseException, call: Call, comparison: Comparison | None
) -> tuple[str, str, dict[str, str]]:
    """Return verdict, sentence and facts for a test that failed, which may be by a comparison.

    Its name stands in where the author of the exercise gave no sentence; `call` is the last use of
    the learner's code before it failed.
    """
    if isinstance(error, AnswerError):
        also = f"\n{asked(name)}" if error.verdict == "failed" else ""
        return error.verdict, error.sentence + also, error.facts
    sentence, details = _split(error)
    facts = call.facts()
    if comparison is not None:
        other_kind = _of_another_kind_than(comparison, call.value)
        facts |= _sides(comparison, call)
    else:
        other_kind = _of_another_kind(error, call.value)
        facts |= {"but": details} if details else {}
    told = [other_kind, sentence or asked(name)]
    return "failed", "\n".join(filter(None, told)), facts


def _of_another_kind(error: BaseException, value: Any) -> str:
    """Say that what came back is not of the kind that was asked for, where that is the reason."""
    text = str(error)
    if value is NOTHING:
        return ""
    if isinstance(error, AssertionError):
        claim = f"\n{text}".partition("\nassert ")[2]
        return NO_RETURN if value is None and "None" in claim else ""
    if isinstance(error, ValueError) and (truth := OF_TRUTH.search(text)):
        # somewhere in what came back, which `==` compares cell by cell
        named = _kind_named({"array": "ndarray"}.get(truth[1], truth[1]))
        return f"{_begin(named)} came back: something else is expected."
    if "NoneType" in text or value is None:
        return NO_RETURN
    came = f"{_begin(kind_of(value))} came back"
    uses = TypeError | AttributeError
    if not isinstance(value, list | tuple):
        # a list may well be what was asked for, with other things in it
        uses |= ValueError | IndexError
    sentence = f"{came}: something else is expected." if isinstance(error, uses) else ""
    return f"{came}, without {text}." if isinstance(error, KeyError) else sentence


def _of_another_kind_than(comparison: Comparison, value: Any) -> str:
    sides = comparison.left, comparison.right
    parts = value if isinstance(value, list | tuple) else [value]
    if all(any(item is None for item in some) for some in (sides, parts)):
        return NO_RETURN
    kind = kind_of(value)
    wanted = [kind_of(two) for one, two in (sides, sides[::-1]) if one is value]
    if comparison.operator != "==" or kind in wanted or not wanted:
        return ""
    return f"{_begin(kind)} came back, {wanted[0]} is expected."


def _begin(text: str) -> str:
    return text[:1].upper() + text[1:]


def _split(error: BaseException) -> tuple[str, str]:
    """Part the author's sentence from what pytest or a testing library has put after it."""
    text = str(error).strip("\n")
    if not isinstance(error, AssertionError) and type(error).__name__ != "Failed":
        return "", f"{type(error).__name__}: {text}"
    sentence, _, _ = f"\n{text}".partition("\nassert ")
    if any(mark in text for mark in ("Not equal to tolerance", "are not equal", "are different")):
        return "", sentence.strip()
    return sentence.strip(), ""


def _sides(comparison: Comparison, call: Call) -> dict[str, str]:
    left, right = comparison.left, comparison.right
    if right is call.value:
        left, right = right, left
    # the value that came back is shown already where it is the one that was compared
    got = {} if left is call.value else {"got": show(left)}
    operator = "" if comparison.operator == "==" else f"{comparison.operator} "
    return {**got, "expected": f"{operator}{show(right)}"}
