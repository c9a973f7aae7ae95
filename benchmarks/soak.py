"""Serve for a long time under load, and see whether memory or descriptors grow.

    python benchmarks/soak.py --mode production --minutes 10

Runs the service with every default on, warms it up, looks at its processes, goes on asking, and
looks again. Prints a section of RESULTS.md; exit status 1 when memory grew by more than 2 %,
descriptors leaked, or an answer was bad.
"""

import argparse
import http.client
import json
import re
import statistics
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from common import say, table, train
from service_tools.contenders import MODES, all_contenders
from service_tools.servers import HOST, Server, running

CLIENTS = 4
MOST_GROWTH = 2.0  # percent
# connections that were open at one look and closed at the other
DESCRIPTORS_TO_SPARE = 8
SECTION = """## Soak

Two workers, every default on, {minutes:g} minutes of requests: one row, many, bad ones, nonsense. Memory is
what all processes hold beside files such as libraries; pages shared after the fork count once.

"""
HOUSE = {"OverallQual": 6, "GrLivArea": 1500, "YearBuilt": 1990, "YrSold": 2008}
# one row, many rows, some of them bad, and no JSON at all, with the status that each gets
REQUESTS = [
    (json.dumps([HOUSE]), 200),
    (json.dumps([HOUSE] * 50), 200),
    (json.dumps([HOUSE, {}, HOUSE | {"GrLivArea": "big"}]), 200),
    (json.dumps([{}]), 422),
    ("nonsense", 400),
]


def ask(server: Server, stopping: threading.Event) -> Counter[bool]:
    """Ask one thing after the other over a kept connection; count answers, good and bad."""
    connection = http.client.HTTPConnection(HOST, server.port, timeout=30)
    headers, count = {"Content-Type": "application/json"}, Counter[bool]()
    while not stopping.is_set():
        for body, expected in REQUESTS:
            try:
                connection.request("POST", server.contender.path, body, headers)
                response = connection.getresponse()
                response.read()
                count[response.status == expected] += 1
            except (OSError, http.client.HTTPException):
                connection.close()
                count[False] += 1
    connection.close()
    return count


def look(server: Server) -> tuple[float, int]:
    """Return megabytes and open descriptors of all processes, each the median of 5 looks."""
    megabytes, descriptors = [], []
    for _ in range(5):
        processes = server.processes()
        megabytes.append(sum(map(own_megabytes, processes)))
        descriptors.append(sum(process.num_fds() for process in processes))
        time.sleep(0.5)
    return statistics.median(megabytes), statistics.median(descriptors)


def own_megabytes(process: psutil.Process) -> float:
    """Return the share of a process in memory that is no file's, in megabytes.

    Pages of files (libraries) are shared with whatever else runs on the machine, so that its coming
    and going would show as growth of ours.
    """
    text = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii")
    return int(re.findall(r"Pss_Anon:\s*(\d+)", text)[0]) / 1024


def soak(mode: str, minutes: float, warm_up: float) -> tuple[list[tuple[float, int]], Counter]:
    """Serve in a mode under load and look every minute; return the looks, and answers by good."""
    stopping = threading.Event()
    with running(all_contenders()[mode]) as server, ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(ask, server, stopping) for _ in range(CLIENTS)]
        try:
            time.sleep(warm_up * 60)
            looks, end = [look(server)], time.monotonic() + minutes * 60
            while (left := end - time.monotonic()) > 0:
                time.sleep(min(60, left))
                looks.append(look(server))
                say(f"{mode}: {looks[-1][0]:.1f} MB, {looks[-1][1]} descriptors")
        finally:
            stopping.set()
        return looks, sum((client.result() for client in clients), Counter())


def judge(mode: str, looks: list[tuple[float, int]], answers: Counter) -> tuple[list[str], bool]:
    """Return the row of the table, and whether nothing grew, leaked or was answered badly."""
    (first, few), (last, many) = looks[0], looks[-1]
    growth, bad = (last / first - 1) * 100, answers[False]
    well = growth <= MOST_GROWTH and many - few <= DESCRIPTORS_TO_SPARE and not bad
    memory = f"{first:.1f} to {last:.1f} ({growth:+.2f} %)"
    return [mode, f"{answers.total():,}", f"{bad}", memory, f"{few} to {many}"], well


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mode", choices=MODES, help="one mode; without it, one after the other")
    parser.add_argument("--minutes", type=float, default=10, help="of load [10]")
    parser.add_argument("--warm-up", type=float, default=1, help="minutes before it [1]")
    chosen = parser.parse_args()
    train()
    modes = [chosen.mode] if chosen.mode else MODES
    rows, well = zip(*(judge(mode, *soak(mode, chosen.minutes, chosen.warm_up)) for mode in modes))
    head = ["mode", "requests", "bad answers", "memory, MB", "descriptors"]
    print(SECTION.format(minutes=chosen.minutes) + table(head, list(rows)))
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
