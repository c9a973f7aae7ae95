"""Speed of the service beside its floor and its peers. Prints a section of RESULTS.md.

All servers run side by side on loopback, each with 2 workers, and take turns: a few seconds of load
each, round after round, so that a busy moment of the machine meets everyone alike. Every ratio is
made within a round; what is shown is the median over the rounds. Progress goes to standard error.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
from contextlib import ExitStack

from common import BenchmarkError, say
from service_tools import report
from service_tools.batch import batch_section
from service_tools.contenders import MODES, PEERS, SIZES, WORK, Contender, all_contenders
from service_tools.load import take_turn
from service_tools.prepare import prepare
from service_tools.servers import Server, running
from service_tools.steps import steps_section

WARM_UP_S = 3  # by then production mode has compared its compiled check


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often each takes its turn [5]")
    parser.add_argument("--seconds", type=int, default=4, help="length of a turn [4]")
    parser.add_argument("--starts", type=int, default=3, help="how often each is started [3]")
    parser.add_argument("--without-peers", action="store_true", help="floor and both modes only")
    return parser.parse_args(given)


def start(stack: ExitStack, contender: Contender, starts: int) -> tuple[Server, float]:
    """Start a server several times and leave the last one running; with the seconds to ready."""
    say(f"starting {contender.name}")
    seconds = []
    for _ in range(starts - 1):
        with running(contender) as server:
            seconds.append(server.seconds_to_ready)
    server = stack.enter_context(running(contender))
    return server, statistics.median([*seconds, server.seconds_to_ready])


def check_answers(servers: dict[str, Server]) -> None:
    """Refuse to time anyone who does not price the houses as the others do."""
    for size in SIZES:
        expected = None
        for name, server in servers.items():
            contender, headers = server.contender, {"Content-Type": "application/json"}
            body = contender.bodies(size).read_bytes().splitlines()[0]
            status, answer = server.send("POST", contender.path, body, headers)
            if status != 200:
                raise BenchmarkError(f"{name} answers {status}: {answer[:500]!r}")
            prices = contender.prices(json.loads(answer))
            if prices is None:
                continue
            expected = expected or prices
            close = all(abs(a - b) <= 1e-4 * abs(b) for a, b in zip(prices, expected, strict=True))
            if len(prices) != size or not close:
                raise BenchmarkError(f"{name} prices {prices[:3]}, another {expected[:3]}")


def compete(chosen: argparse.Namespace) -> report.Everyone:
    """Start all, check them, run the rounds, look at their memory and at what was kept."""
    everyone, servers = {}, {}
    with ExitStack() as stack:
        for name, contender in all_contenders().items():
            if not chosen.without_peers or name not in PEERS:
                servers[name], seconds = start(stack, contender, chosen.starts)
                everyone[name] = report.Measured(contender.title, seconds)
        check_answers(servers)
        take_turns(everyone, servers, chosen)
        for name, server in servers.items():
            measured = everyone[name]
            measured.memory = server.memory()
            if name in MODES:
                measured.kept = server.kept()[0]
                if measured.kept < measured.answered():
                    raise BenchmarkError(f"{name} did not keep every request that it answered")
    return everyone


def take_turns(
    everyone: report.Everyone, servers: dict[str, Server], chosen: argparse.Namespace
) -> None:
    """Warm up, then run the rounds, each beginning with another contender."""
    names = list(servers)
    for turn in range(-1, chosen.rounds):
        say(f"round {turn + 1} of {chosen.rounds}" if turn >= 0 else "warming up")
        first = turn % len(names)
        for size in SIZES:
            for name in names[first:] + names[:first]:
                took = take_turn(servers[name], size, chosen.seconds if turn >= 0 else WARM_UP_S)
                if turn >= 0:
                    everyone[name].turns[size].append(took)


def main(given: list[str] | None = None) -> int:
    """Measure and print the section."""
    chosen = arguments(given)
    facts = {"turns": chosen.rounds, "seconds": chosen.seconds, "busy": os.getloadavg()[0]}
    if not shutil.which("wrk"):
        print("wrk makes the load and is not installed here: apt install wrk", file=sys.stderr)
        return 1
    try:
        prepare(peers=not chosen.without_peers)
        everyone = compete(chosen)
        parts = [report.section(everyone, **facts)]
        say("the batch route, and where the time goes")
        parts += [batch_section(), steps_section(everyone)]
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(WORK / "running", ignore_errors=True)  # gigabytes of the same houses
    print("\n".join(parts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
