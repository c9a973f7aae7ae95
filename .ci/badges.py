"""Draw badges from the JUnit report of `course test`: python3 .ci/badges.py grade.xml OUT_DIR.

The report comes from a job that ran a learner's code, so nothing in it is trusted: whatever it
holds, this draws numbers within bounds, or "unknown". The standard library is enough.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path
from xml.parsers import expat

LARGEST_REPORT = 4 * 2**20  # bytes
MOST_CASES = 1000
NOT_PASSED = ("failure", "error", "skipped")
UNKNOWN = "#9f9f9f"
COLOURS = ((1, "#2e7d32"), (0.5, "#5d7a16"), (0.000001, "#a05a00"), (0, "#616161"))
CHARACTER, PADDING = 7, 6  # pixels
SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{title}">
<title>{title}</title>
<rect width="{width}" height="20" rx="3" fill="#444"/>
<path d="M{left} 0h{flat}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{flat}z" fill="{colour}"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="6" y="14" textLength="{label_length}">{label}</text>
<text x="{value_start}" y="14" textLength="{value_length}">{value}</text>
</g>
</svg>
"""


class ReportError(ValueError):
    """The report cannot be used; the message says why."""


class Report:
    """Points and possible points by lesson, read as the parser goes."""

    def __init__(self) -> None:
        self.points: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self._lesson = ""
        self._counts = {"points": 0, "possible": 0}
        self._cases, self._passed = 0, True

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take an element in."""
        if tag == "testcase":
            self._cases += 1
            if self._cases > MOST_CASES:
                raise ReportError(f"it has more than {MOST_CASES} cases")
            found = re.fullmatch(r"lesson ([0-9]{2})", attributes.get("classname", ""))
            self._lesson = found[1] if found else ""
            self._counts, self._passed = {"points": 0, "possible": 0}, True
        elif tag == "property" and attributes.get("name") in self._counts:
            if not re.fullmatch(r"[0-9]{1,3}", attributes.get("value", "")):
                raise ReportError("it has points that are no number from 0 to 999")
            self._counts[attributes["name"]] = int(attributes["value"])
        elif tag in NOT_PASSED:
            self._passed = False

    def end(self, tag: str) -> None:
        """Count a case, once all that it holds is read."""
        if tag == "testcase" and self._lesson:
            possible = self._counts["possible"]
            sums = self.points[self._lesson]
            sums[0] += min(self._counts["points"], possible) if self._passed else 0
            sums[1] += possible


def read_report(path: Path) -> dict[str, list[int]]:
    """Return points and possible points by the number of the lesson; or raise ReportError."""
    report, parser = Report(), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = report.start, report.end
    parser.StartDoctypeDeclHandler = _refuse
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_REPORT + 1)
        if len(content) > LARGEST_REPORT:
            raise ReportError(f"it is larger than {LARGEST_REPORT // 2**20} MB")
        parser.Parse(content, True)
    except OSError as error:
        raise ReportError(f"it cannot be read: {error.strerror}") from None
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise error if isinstance(error, ReportError) else ReportError(f"no XML: {error}") from None
    if not report.points:
        raise ReportError("it has no case of a lesson")
    return dict(report.points)


def _refuse(*_: object) -> None:
    raise ReportError("it declares a DOCTYPE, and with it could declare anything")


def draw(label: str, points: int = 0, possible: int = 0) -> str:
    """Return a badge as SVG; without possible points it says "unknown"."""
    share = points / possible if possible else 0
    colour = next(colour for least, colour in COLOURS if share >= least) if possible else UNKNOWN
    value = f"{points} of {possible}" if possible else "unknown"
    label_length, value_length = CHARACTER * len(label), CHARACTER * len(value)
    left = label_length + 2 * PADDING
    width = left + value_length + 2 * PADDING
    return SVG.format(
        title=f"{label}: {value} points" if possible else f"{label}: {value}",
        width=width,
        left=left,
        flat=width - left - 3,
        colour=colour,
        label=label,
        value=value,
        label_length=label_length,
        value_start=left + PADDING,
        value_length=value_length,
    )


def main(report: str, folder: str) -> None:
    """Draw the badge of each lesson and that of the course; "unknown" where nothing is known."""
    try:
        points = read_report(Path(report))
    except ReportError as error:
        print(f"badges: {report}: {error}; the badges say unknown.", file=sys.stderr)
        points = {}
    # a lesson that the report lacks has a badge all the same: READMEs link to it
    lessons = (Path(__file__).parents[1] / "exercises").glob("[0-9][0-9]_*")
    points = {path.name[:2]: [0, 0] for path in lessons} | points
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    for number, sums in points.items():
        (out / f"lesson_{number}.svg").write_text(draw(f"lesson {number}", *sums), "utf-8")
    both = [sum(column) for column in zip(*points.values())]
    (out / "course.svg").write_text(draw("course", *both), "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python3 .ci/badges.py REPORT.xml OUT_DIR")
    main(*sys.argv[1:])
