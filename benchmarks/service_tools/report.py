"""The section of RESULTS.md and its picture."""

from __future__ import annotations

import http.client
import statistics
from pathlib import Path

from service_tools.batch import Batch
from service_tools.contenders import Contender
from service_tools.load import CONNECTIONS
from service_tools.prepare import SIZES
from service_tools.results import Measured
from service_tools.servers import Server
from service_tools.steps import Steps

HEADING = """## Service

Real HTTP on loopback: wrk, {connections} connections, 2 workers each, {rounds} turns of {seconds} s in
rotation, medians. Every answer was checked to hold the same prices, and no request was refused.
*slower than the floor* and *ml_api is faster* (bare, that is with the request log and the store
off) are ratios of requests/s within a turn. *CPU* is all processor time of the service, what it
puts off until after the load included; on a busy machine it holds far better than requests/s do.
The machine's load average was {busy:.1f} when the run began; the figures want one below 0.5.
"""


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def section(measured: dict[str, Measured], picture: Path | None, **facts: float) -> str:
    """Return what the servers did, as markdown; `facts` are those that the heading names."""
    parts = [HEADING.format(connections=CONNECTIONS, **facts)]
    if picture:
        parts.append(f"![requests a second, all servers]({picture.name})\n")
    for size in SIZES:
        parts.append(f"### {size} row{'s' if size > 1 else ''} a request\n")
        parts.append(_speed(measured, size))
    parts.append("### Starting and memory\n")
    parts.append(_weight(measured))
    parts += [f"{each.contender.title}: {each.state}\n" for each in measured.values() if each.state]
    return "\n".join(parts)


def _speed(measured: dict[str, Measured], size: int) -> str:
    head = ["server", "requests/s", "slower than the floor", "ml_api is faster"]
    head += ["p50, ms", "p99, ms", "p99/p50", "CPU, ms a request", "CPU beside the floor's"]
    head += ["work left over, s"]
    return table(head, [_speed_row(each, measured, size) for each in measured.values()])


def _speed_row(each: Measured, measured: dict[str, Measured], size: int) -> list[str]:
    p50, p99 = each.median(size, "p50"), each.median(size, "p99")
    floor = measured.get("floor")
    return [
        each.contender.title,
        f"{each.median(size, 'per_second'):,.0f}",
        _times(each, floor, size),
        _times(each, measured.get("bare"), size),
        f"{p50:.1f}",
        f"{p99:.1f}",
        f"{p99 / p50:.1f}",
        f"{each.cpu_ms(size):.2f}",
        f"{each.cpu_ms(size) / floor.cpu_ms(size):.2f}" if floor else "",
        f"{each.after_s(size):.1f}",
    ]


def _times(each: Measured, other: Measured | None, size: int) -> str:
    return f"{each.times_slower(other, size):.2f}" if other else ""


def _weight(measured: dict[str, Measured]) -> str:
    head = ["server", "start to ready, s", "resident a worker, MB", "of it its own share, MB"]
    head += ["whole service, MB", "scikit-learn, pandas, SciPy loaded"]
    return table(head, [_weight_row(each) for each in measured.values()])


def _weight_row(each: Measured) -> list[str]:
    assert each.memory is not None
    alone = f" ({each.alone:.0f} without preloading)" if each.alone else ""
    return [
        each.contender.title,
        f"{statistics.median(each.seconds_to_ready):.2f}",
        f"{each.memory.resident:.0f}{alone}",
        f"{each.memory.proportional:.0f}",
        f"{each.memory.service:.0f}",
        ", ".join(sorted(each.libraries)) or "none",
    ]


def state_of(server: Server, contender: Contender) -> str:
    """Return what our service says of its store after the load."""
    if contender.name != "ours":
        return ""
    try:
        status, answer = server.send("GET", "/metrics")
    except (OSError, http.client.HTTPException) as error:
        return f"/metrics does not answer ({error})"
    lines = answer.decode().splitlines() if status == 200 else []
    kept = [line.partition("ml_api_store_")[2] for line in lines if line.startswith("ml_api_store")]
    return "after the load /metrics says " + (", ".join(f"`{line}`" for line in kept) or "nothing")


def batch(measured: Batch) -> str:
    """Return what the batch route did, as markdown."""
    return "\n".join(
        [
            "### Batch route\n",
            f"{measured.rows:,} rows, JSON lines in and out, streamed, one connection, one worker;"
            f" median of {measured.times}.\n",
            table(
                [
                    "rows/s",
                    "rows/s of processor time",
                    "worker's resident MB before",
                    "highest during",
                    "after",
                ],
                [
                    [
                        f"{measured.per_second:,.0f}",
                        f"{measured.per_cpu_second:,.0f}",
                        f"{measured.before_mb:.0f}",
                        f"{measured.peak_mb:.0f}",
                        f"{measured.after_mb:.0f}",
                    ]
                ],
            ),
        ]
    )


def steps(measured: dict[int, Steps], pipeline_ms: dict[int, float]) -> str:
    """Return where the time of a request goes, as markdown."""
    names = list(next(iter(measured.values())))
    rows = [[name, *(f"{measured[size][name]:,.0f}" for size in measured)] for name in names]
    head = ["step", *(f"{size} row{'s' if size > 1 else ''}, us" for size in measured)]
    says = "Processor time in one process, every default on; medians of interleaved calls.\n"
    own = " and ".join(f"{ms:.1f} ms with {size} row(s)" for size, ms in pipeline_ms.items())
    theirs = (
        f"The peers cannot be faster than the scikit-learn pipeline behind them: its `predict` on a"
        f" DataFrame takes {own}, before any server.\n"
    )
    return "\n".join(["### Where the time goes\n", says, table(head, rows), theirs])


def draw(measured: dict[str, Measured], path: Path) -> None:
    """Draw requests a second, ours beside the others."""
    # pylint: disable=import-outside-toplevel  # half a second that only this function needs
    import matplotlib

    matplotlib.use("svg")
    # the same drawing gives the same bytes, and text stays text
    matplotlib.rcParams |= {"svg.hashsalt": "service", "svg.fonttype": "none"}
    import matplotlib.pyplot as plt

    figure, panes = plt.subplots(1, len(SIZES), figsize=(10, 3.2), sharey=True)
    for pane, size in zip(panes, SIZES):
        titles = [each.contender.title for each in measured.values()]
        speeds = [each.median(size, "per_second") for each in measured.values()]
        colours = [_colour(name) for name in measured]
        bars = pane.barh(titles, speeds, color=colours)
        pane.bar_label(bars, [f" {speed:,.0f}" for speed in speeds])
        pane.set(xscale="log", xlabel="requests a second", xlim=(5, max(speeds) * 4))
        pane.set_title(f"{size} row{'s' if size > 1 else ''} a request")
        pane.spines[["top", "right"]].set_visible(False)
    panes[0].invert_yaxis()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def _colour(name: str) -> str:
    ours = dict.fromkeys(("bare", "stock", "ours"), "#1b7f5c")
    return (ours | {"floor": "#999999"}).get(name, "#c08a3e")
