"""Speed of the service beside its floor and its peers. Prints a section of RESULTS.md.

All servers run side by side on loopback, each with 2 workers, and take turns: a few seconds of load
each, round after round, so that a busy moment of the machine meets everyone alike. Every ratio is
made within a round; what is shown is the median over the rounds. Progress goes to standard error.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
from pathlib import Path

from service_tools import report
from service_tools.batch import measure_batch
from service_tools.contenders import BENCHMARKS, WORK, Contender, all_contenders
from service_tools.load import LoadError, put_load, require_wrk
from service_tools.prepare import SIZES, bodies_file, prepare, say
from service_tools.results import Measured, Round
from service_tools.servers import Server, ServerError, running
from service_tools.steps import measure_pipeline, measure_steps

WARM_UP_S = 1


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    known = all_contenders()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often each takes its turn [5]")
    parser.add_argument("--seconds", type=int, default=4, help="length of a turn [4]")
    parser.add_argument("--starts", type=int, default=3, help="how often each is started [3]")
    parser.add_argument("--only", help=f"names with commas between, out of {','.join(known)}")
    parser.add_argument("--skip-batch", action="store_true", help="leave the batch route out")
    parser.add_argument("--skip-steps", action="store_true", help="leave the profile out")
    parser.add_argument(
        "--picture", type=Path, default=BENCHMARKS / "service.svg", help="where to draw"
    )
    chosen = parser.parse_args(given)
    chosen.only = chosen.only.split(",") if chosen.only else list(known)
    if unknown := set(chosen.only) - set(known):
        parser.error(f"nobody is called {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    return chosen


def start(stack: contextlib.ExitStack, contender: Contender, starts: int) -> tuple[Server, list]:
    """Start a server several times for its time to ready, and leave the last one running."""
    seconds = []
    for _ in range(starts - 1):
        with running_one(contender) as server:
            seconds.append(server.seconds_to_ready)
    server = stack.enter_context(running_one(contender))
    return server, [*seconds, server.seconds_to_ready]


def running_one(contender: Contender, **environ: str):
    """Return the context manager that runs one contender."""
    return running(
        contender.name, contender.command, contender.ready, WORK, contender.environ | environ
    )


def check_answers(servers: dict[str, Server], contenders: dict[str, Contender]) -> None:
    """Refuse to time anyone who does not price the houses as the others do."""
    for size in SIZES:
        expected = None
        for name, contender in contenders.items():
            body = bodies_file(size, name).read_bytes().splitlines()[0]
            status, answer = servers[name].post(contender.path, body)
            if status != 200:
                raise LoadError(f"{name} answers {status}: {answer[:500]!r}")
            prices = contender.read_prices(answer)
            if prices is None:
                continue
            expected = expected or prices
            close = all(abs(a - b) <= 1e-4 * abs(b) for a, b in zip(prices, expected, strict=True))
            if len(prices) != size or not close:
                raise LoadError(f"{name} prices {prices[:3]}, another {expected[:3]}")


def take_turn(server: Server, contender: Contender, size: int, seconds: int) -> Round:
    """Let one contender serve for some seconds; count the processor time until all is done."""
    before = server.cpu_seconds()
    load = put_load(server.url(contender.path), bodies_file(size, contender.name), seconds)
    after_s = server.settle()
    cpu_ms = (server.cpu_seconds() - before) / load.requests * 1000
    return Round(load, cpu_ms, after_s)


def take_turns(
    measured: dict[str, Measured], servers: dict[str, Server], rounds: int, seconds: int
) -> None:
    """Run the rounds, each beginning with another contender."""
    names = list(measured)
    for turn in range(-1, rounds):
        say(f"round {turn + 1} of {rounds}" if turn >= 0 else "warming up")
        for size in SIZES:
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                length = seconds if turn >= 0 else WARM_UP_S
                got = take_turn(servers[name], measured[name].contender, size, length)
                if turn >= 0:
                    measured[name].rounds[size].append(got)


def compete(chosen: argparse.Namespace) -> dict[str, Measured]:
    """Start all, check them, run the rounds, look at their memory."""
    contenders = {name: each for name, each in all_contenders().items() if name in chosen.only}
    measured, servers = {}, {}
    forget_predictions()
    with contextlib.ExitStack() as stack:
        for name, contender in contenders.items():
            say(f"starting {name}")
            servers[name], seconds = start(stack, contender, chosen.starts)
            measured[name] = Measured(contender, seconds)
        check_answers(servers, contenders)
        take_turns(measured, servers, chosen.rounds, chosen.seconds)
        for name, server in servers.items():
            measured[name].memory = server.memory()
            measured[name].libraries = server.libraries()
            measured[name].state = report.state_of(server, contenders[name])
    forget_predictions()
    if "bare" in contenders:
        measured["bare"].alone = memory_without_preload(contenders["bare"])
    return measured


def forget_predictions() -> None:
    """Delete what our service stored in a run: gigabytes of the same houses."""
    shutil.rmtree(WORK / "predictions.spool", ignore_errors=True)
    for file in WORK.glob("predictions.db*"):
        file.unlink()


def memory_without_preload(contender: Contender) -> float:
    """Return the resident megabytes of a worker that has loaded everything by itself."""
    with running_one(contender, ML_API_PRELOAD="off") as server:
        for size in SIZES:
            put_load(server.url(contender.path), bodies_file(size), 1)
        return server.memory().resident


def main(given: list[str] | None = None) -> int:
    """Measure and print the section."""
    chosen = arguments(given)
    facts = {"rounds": chosen.rounds, "seconds": chosen.seconds, "busy": os.getloadavg()[0]}
    try:
        require_wrk()
        prepare(peers=bool(set(chosen.only) - {"floor", "bare", "stock", "ours"}))
        measured = compete(chosen)
        complete = set(chosen.only) == set(all_contenders())
        picture = chosen.picture if complete else None
        parts = [report.section(measured, picture, **facts)]
        if not chosen.skip_batch and (batch := measure_batch()):
            parts.append(report.batch(batch))
        if not chosen.skip_steps:
            parts.append(report.steps(measure_steps(), measure_pipeline()))
    except (LoadError, ServerError) as error:
        print(error, file=sys.stderr)
        return 1
    if picture:
        report.draw(measured, picture)
    print("\n".join(parts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
