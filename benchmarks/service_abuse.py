"""What bad and odd requests do to the service and to its peers.

Writes docs/peers_and_bad_requests.md. The requests are those of the service's own tests
(packages/ml_api/tests/abuse.py), so what they say should come of each is one table for both.
"""

import argparse
import http.client
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from common import ROOT, BenchmarkError, houses, say, table
from service_tools.contenders import MODES, PEERS, all_contenders
from service_tools.prepare import prepare
from service_tools.servers import Server, running

sys.path.append(str(ROOT / "packages" / "ml_api" / "tests"))
# pylint: disable-next=wrong-import-position,import-error  # the line above makes it importable
from abuse import ABUSES, GOOD, PREDICT, Abuse, rows

Answers = Mapping[str, list[str]]

# other routes are the service's own affair
REQUESTS = [abuse for abuse in ABUSES if abuse.path == PREDICT and abuse.method == "POST"]
NOT_FINITE = re.compile(rb"NaN|Infinity|null\]")
# a good row of the table holds what our service requires; a peer may require every column
MARKS = (b'"OverallQual":6', b'"YrSold":2008')
# the columns of the summary: a kind of request, and how the answers begin that are counted
KINDS = {
    "bad: 4xx": ("bad", "4"),
    "bad: priced (200)": ("bad", "200$"),
    "bad: 200 without a finite price": ("bad", "200,"),
    "bad: 5xx or no answer": ("bad", "5|no"),
    "odd: priced": ("odd", "200"),
    "odd: 4xx": ("odd", "4"),
    "odd: 5xx or no answer": ("odd", "5|no"),
}

HEADING = """# Bad requests: the service and its peers

Written by `python benchmarks/service_abuse.py`: the requests for predictions out of the table that the
service is tested with, each sent once. {bad} of them no service should answer with a price: 4xx is
right, 5xx says that the server broke on it, 200 that it gave a price all the same. The other {odd}
are odd but right, and should be priced. The peers (`benchmarks/service_peers/`) are
as short as their own tutorials make them: what they let through is what their defaults let through,
and most of it can be cured by more code. All have the same pipeline behind them, whose encoder
raises a ValueError for a value out of limits: where a peer answers 500 to such a value it did not
catch that, and with a pipeline that checks nothing it would have given a price. What limits the
number of rows and the size of a body is the service's own setting, and no peer has one by default.
"""


def send(server: Server, request: Abuse, house: Mapping[str, object]) -> str:
    """Send one request; return its status, or what came instead."""
    others = {name: value for name, value in house.items() if name not in GOOD}
    body = request.body
    if mark := next((mark for mark in MARKS if mark in body), b""):
        body = body.replace(mark, json.dumps(others).encode()[1:-1] + b", " + mark)
    if body.startswith(b"["):  # what is no list at all is sent as it is
        body = server.contender.body(body)
    try:
        status, answer = server.send("POST", server.contender.path, body, request.headers)
    except (OSError, http.client.HTTPException):
        return "no answer"
    no_price = status == 200 and NOT_FINITE.search(answer)
    return f"{status}, no finite price" if no_price else f"{status}"


def ask(name: str, house: Mapping[str, object]) -> list[str]:
    """Start a service and send it all requests."""
    say(f"sending {len(REQUESTS)} requests to {name}")
    with running(all_contenders()[name]) as server:
        good = send(server, Abuse("a good house", 200, "", rows(GOOD)), house)
        if good != "200":  # then its answers to bad ones would say nothing
            raise BenchmarkError(f"{name} answers a good house with {good}")
        return [send(server, request, house) for request in REQUESTS]


def summary(answers: Answers) -> str:
    """Count the kinds of answers of each service."""
    lines = []
    for name, given in answers.items():
        asked = list(zip(["odd" if each.status < 400 else "bad" for each in REQUESTS], given))
        counts = [
            sum(kind == which and re.match(answer, said) is not None for which, said in asked)
            for kind, answer in KINDS.values()
        ]
        lines.append([all_contenders()[name].title, *map(str, counts)])
    return table(["server", *KINDS], lines)


def page(answers: Answers) -> str:
    """Return the whole page."""
    head = ["request", *(all_contenders()[name].title for name in answers)]
    lines = [[each.name, *given] for each, *given in zip(REQUESTS, *answers.values(), strict=True)]
    odd = sum(request.status < 400 for request in REQUESTS)
    heading = HEADING.format(bad=len(REQUESTS) - odd, odd=odd)
    return "\n".join([heading, summary(answers), table(head, lines)])


def main(given: list[str] | None = None) -> int:
    """Ask everyone and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=[*MODES, *PEERS], help="ask one alone")
    out = ROOT / "docs" / "peers_and_bad_requests.md"
    parser.add_argument("--out", type=Path, default=out, help="where to write [docs/]")
    chosen = parser.parse_args(given)
    names = [chosen.only] if chosen.only else [*MODES, *PEERS]
    try:
        prepare(peers=chosen.only not in MODES)
        house = houses(1, seed=11)[0]
        answers = {name: ask(name, house) for name in names}
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    chosen.out.write_text(page(answers), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
