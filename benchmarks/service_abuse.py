"""What bad and odd requests do to the service and to its peers.

Writes docs/peers_and_bad_requests.md. The requests are those of the service's own tests
(packages/ml_api/tests/abuse.py), so what they say should come of each is one table for both.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from service_tools.contenders import ROOT, WORK, Contender, all_contenders
from service_tools.prepare import houses, prepare, say
from service_tools.report import table
from service_tools.servers import Server, ServerError, running

sys.path.append(str(ROOT / "packages" / "ml_api" / "tests"))
# pylint: disable-next=wrong-import-position,import-error  # the line above makes it importable
from abuse import ABUSES, GOOD, PREDICT, Abuse, rows

NAMES = ("ours", "marshmallow", "fastapi", "mlflow", "bentoml")
NO_ANSWER = "no answer"
NOT_FINITE = re.compile(rb"NaN|Infinity|null\]")
# a good row of the table holds what our service requires; a peer may require every column
MARKS = (b'"OverallQual":6', b'"YrSold":2008')

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


def requests() -> list[Abuse]:
    """Return the requests for predictions; other routes are the service's own affair."""
    return [abuse for abuse in ABUSES if abuse.path == PREDICT and abuse.method == "POST"]


def with_all_columns(body: bytes, house: Mapping[str, object]) -> bytes:
    """Put all other columns of a house in front of a good row's."""
    others = {name: value for name, value in house.items() if name not in GOOD}
    more = json.dumps(others).encode()[1:-1] + b", "
    for mark in MARKS:
        if mark in body:
            return body.replace(mark, more + mark)
    return body


def send(server: Server, contender: Contender, request: Abuse, house: Mapping[str, object]) -> str:
    """Send one request; return its status, or what came instead."""
    body = with_all_columns(request.body, house)
    if body.startswith(b"["):  # what is no list at all is sent as it is
        body = contender.body(body)
    try:
        status, answer = server.send("POST", contender.path, body, request.headers)
    except (OSError, http.client.HTTPException):
        return NO_ANSWER
    if status == 200 and NOT_FINITE.search(answer):
        return "200, no finite price"
    return str(status)


def ask(contender: Contender, house: Mapping[str, object]) -> list[str]:
    """Start a service and send it all requests.

    Raises
    ------
    ServerError
        If it does not price the good house: then its answers to bad ones would say nothing.
    """
    say(f"sending {len(requests())} requests to {contender.name}")
    with running(
        contender.name, contender.command, contender.ready, WORK, contender.environ
    ) as server:
        good = send(server, contender, Abuse("a good house", 200, "", rows(GOOD)), house)
        if good != "200":
            raise ServerError(f"{contender.name} answers a good house with {good}")
        return [send(server, contender, request, house) for request in requests()]


def summary(answers: Mapping[str, list[str]]) -> str:
    """Count the kinds of answers of each service."""
    head = ["server", "bad: 4xx", "bad: priced (200)", "bad: 200 without a finite price"]
    head += ["bad: 5xx or no answer", "odd: priced", "odd: 4xx", "odd: 5xx or no answer"]
    lines = []
    for name, given in answers.items():
        bad, odd = (
            [
                answer
                for answer, request in zip(given, requests())
                if (request.status < 400) is right
            ]
            for right in (False, True)
        )
        counts = [_some(bad, "4"), bad.count("200"), _some(bad, "200,"), _some(bad, "5", "no")]
        counts += [_some(odd, "200"), _some(odd, "4"), _some(odd, "5", "no")]
        lines.append([all_contenders()[name].title, *map(str, counts)])
    return table(head, lines)


def _some(answers: list[str], *beginnings: str) -> int:
    return sum(answer.startswith(beginnings) for answer in answers)


def page(answers: Mapping[str, list[str]]) -> str:
    """Return the whole page."""
    head = ["request", *(all_contenders()[name].title for name in answers)]
    lines = [
        [request.name, *(given[index] for given in answers.values())]
        for index, request in enumerate(requests())
    ]
    odd = sum(request.status < 400 for request in requests())
    heading = HEADING.format(bad=len(requests()) - odd, odd=odd)
    return "\n".join([heading, summary(answers), table(head, lines)])


def main(given: list[str] | None = None) -> int:
    """Ask everyone and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(NAMES), help=f"out of {','.join(NAMES)}")
    out = ROOT / "docs" / "peers_and_bad_requests.md"
    parser.add_argument("--out", type=Path, default=out, help="where to write [docs/]")
    chosen = parser.parse_args(given)
    names = chosen.only.split(",")
    if unknown := set(names) - set(NAMES):
        parser.error(f"nobody is called {', '.join(sorted(unknown))}; known: {', '.join(NAMES)}")
    try:
        prepare(peers=names != ["ours"])
        house = houses(1, seed=11)[0]
        answers = {name: ask(all_contenders()[name], house) for name in names}
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1
    chosen.out.write_text(page(answers), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
