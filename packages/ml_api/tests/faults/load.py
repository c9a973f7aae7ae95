"""Clients that go on asking while something breaks, and remember what they were told."""

from __future__ import annotations

import itertools
import json
import math
import threading
from http.client import HTTPConnection, HTTPException
from typing import Any

from abuse import GOOD, JSON, PREDICT, rows
from servers import PATIENCE_S, RunningServer, wait_until


class Load:
    """A few threads that post one house after the other; a context manager.

    A request whose connection broke, or that got a 503, is sent again under the same id until it is
    answered, as a careful client would: pricing a house twice does no harm.

    Parameters
    ----------
    server : RunningServer
        Who is asked; its port counts.
    kept : bool
        Keep connections open from one request to the next, in every second thread.

    Attributes
    ----------
    answered : dict
        Answers by request id, each of them checked.
    broken : dict
        Connection errors by request id, each of them asked again.
    refused : list of str
        Ids of those that got a 503, each of them asked again.
    untrue : list of str
        What no client should ever be told.
    """

    def __init__(self, server: RunningServer, *, threads: int = 4, kept: bool = True):
        self._server, self._kept = server, kept
        self._numbers = itertools.count()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(i,)) for i in range(threads)]
        self.answered: dict[str, dict[str, Any]] = {}
        self.broken: dict[str, Exception] = {}
        self.refused: list[str] = []
        self.untrue: list[str] = []

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        try:
            wait_until(lambda: self.answered or self.refused, "the first answers")
        except TimeoutError:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Let every client finish the request it is at."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, more: int) -> None:
        """Wait until so many more requests were answered."""
        enough = len(self.answered) + more
        wait_until(lambda: len(self.answered) >= enough, f"{more} more answers")

    def wait_for_refusals(self, more: int) -> None:
        """Wait until so many more requests got a 503."""
        enough = len(self.refused) + more
        wait_until(lambda: len(self.refused) >= enough, f"{more} more refusals")

    def _run(self, number: int) -> None:
        connection = self._connect()
        while not self._stopping.is_set():
            request_id = f"load-{next(self._numbers)}"
            while request_id not in self.answered:
                if not self._ask(connection, request_id) or not (self._kept and number % 2):
                    connection.close()
                if self._stopping.is_set():
                    break  # it was told the truth: there was no answer
        connection.close()

    def _connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self._server.port, timeout=PATIENCE_S)

    def _ask(self, connection: HTTPConnection, request_id: str) -> bool:
        try:
            connection.request("POST", PREDICT, rows(GOOD), JSON | {"X-Request-ID": request_id})
            # closed here: where the server dies in the middle of it, nobody else does so
            with connection.getresponse() as response:
                body = response.read()
        except TimeoutError:
            self._is_untrue(request_id, "no answer at all")
            return False
        except (OSError, HTTPException) as error:
            self.broken[request_id] = error.with_traceback(None)
            return False
        self._check(request_id, response.status, body)
        return True

    def _check(self, request_id: str, status: int, body: bytes) -> None:
        try:
            answer = json.loads(body)
            if status == 503 and answer["status"] == 503 and "predictions" not in answer:
                self.refused.append(request_id)
                return
            (price,) = answer["predictions"]
            right = status == 200 and math.isfinite(price) and not answer["errors"]
        except (ValueError, KeyError, TypeError):
            right = False
        if right:
            self.answered[request_id] = answer
        else:
            self._is_untrue(request_id, f"{status} {body[:300]!r}")

    def _is_untrue(self, request_id: str, what: str) -> None:
        self.untrue.append(f"{request_id}: {what}")
        self.answered[request_id] = {}  # not asked again
