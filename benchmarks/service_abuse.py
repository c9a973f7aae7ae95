"""What bad requests do to the service and to its peers: writes docs/peers_and_bad_requests.md.

Every request is one that no service should answer with a price. Each is sent to each service once.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from service_tools.bad_requests import BadRequest, bad_requests
from service_tools.contenders import ROOT, WORK, Contender, all_contenders
from service_tools.prepare import houses, prepare, say
from service_tools.report import table
from service_tools.servers import Server, ServerError, running

NAMES = ("ours", "marshmallow", "fastapi", "mlflow", "bentoml")
NO_ANSWER = "no answer"
NOT_FINITE = re.compile(rb"NaN|Infinity|null\]")

HEADING = """# Bad requests: the service and its peers

Written by `python benchmarks/service_abuse.py`: {count} requests that no service should answer with
a price, each sent once. A status of 4xx is the right answer; 5xx says that the server broke on it;
200 says that it gave a price all the same. The peers (`benchmarks/service_peers/`)
are as short as their own tutorials make them: what they let through is what their defaults let
through, and most of it can be cured by more code. All have the same pipeline behind them, whose
encoder raises a ValueError for a value out of limits: where a peer answers 500 to such a value it
did not catch that, and with a pipeline that checks nothing it would have given a price.
"""


def send(server: Server, contender: Contender, request: BadRequest) -> str:
    """Send one request; return its status, or what came instead."""
    body = request.rows if request.whole else contender.body(request.rows)
    try:
        status, answer = server.send("POST", contender.path, body, dict(request.headers))
    except (OSError, http.client.HTTPException):
        return NO_ANSWER
    if status == 200 and NOT_FINITE.search(answer):
        return "200, no finite price"
    return str(status)


def ask(contender: Contender, house: dict, requests: list[BadRequest]) -> list[str]:
    """Start a service and send it all requests.

    Raises
    ------
    ServerError
        If it does not price the good house: then its answers to bad ones would say nothing.
    """
    say(f"sending {len(requests)} bad requests to {contender.name}")
    with running(
        contender.name, contender.command, contender.ready, WORK, contender.environ
    ) as server:
        good = send(server, contender, BadRequest("nothing", json.dumps([house]).encode()))
        if good != "200":
            raise ServerError(f"{contender.name} answers a good house with {good}")
        return [send(server, contender, request) for request in requests]


def summary(answers: Mapping[str, list[str]], contenders: Mapping[str, Contender]) -> str:
    """Count the kinds of answers of each service."""
    head = ["server", "4xx", "priced (200)", "200 without a finite price", "5xx or no answer"]
    rows = []
    for name, given in answers.items():
        broken = sum(answer[0] == "5" or answer == NO_ANSWER for answer in given)
        odd = sum(answer.startswith("200,") for answer in given)
        counts = [sum(answer[0] == "4" for answer in given), given.count("200"), odd, broken]
        rows.append([contenders[name].title, *map(str, counts)])
    return table(head, rows)


def page(requests: list[BadRequest], answers: Mapping[str, list[str]]) -> str:
    """Return the whole page."""
    contenders = all_contenders()
    head = ["request", *(contenders[name].title for name in answers)]
    rows = [
        [request.says, *(answers[name][index] for name in answers)]
        for index, request in enumerate(requests)
    ]
    parts = [HEADING.format(count=len(requests)), summary(answers, contenders), table(head, rows)]
    return "\n".join(parts)


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
        requests = bad_requests(house)
        answers = {name: ask(all_contenders()[name], house, requests) for name in names}
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1
    chosen.out.write_text(page(requests, answers), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
