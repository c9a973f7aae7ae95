"""The service with a shadow, served: what clients get, and what became of their answers."""

import json
import socket
import threading
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from regression_model import HOUSES, Manifest

PREDICT = "/v1/predict/regression"
PATIENCE_S = 3  # for an answer that should come at once; the candidate waits for twice as long


# -- beside the answer: the service, and signs by which the test and the candidate agree -----------


def make_app(files, waits_s):
    """Make the application with a candidate that does as it is told, and routes to tell it."""
    # pylint: disable=import-outside-toplevel,too-many-locals
    import logging
    import queue
    from datetime import datetime

    from flask import jsonify, request

    from ml_api.app import create_app
    from ml_api.settings import Settings
    from ml_api.storage.records import Record

    for name, content in files.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(content)
    told = {"mode": "well", "blocked": False, "logged": 0}
    put = queue.Queue.put

    def note_put(self, item, block=True, timeout=None):
        told["blocked"] = told["blocked"] or bool(block and self.full())
        return put(self, item, block, timeout)

    queue.Queue.put = note_put
    before = threading.active_count()
    places = {"model": Path("live"), "shadow": Path("candidate")}
    app = create_app(Settings(store="sqlite:///predictions.db", **places))
    started = threading.active_count() - before
    logging.getLogger("ml_api.requests").setLevel("CRITICAL")
    logged = logging.Handler("WARNING")
    logged.emit = lambda _: told.update(logged=told["logged"] + 1)
    logging.getLogger("ml_api.shadow").addHandler(logged)
    logging.getLogger("ml_api.shadow").propagate = False
    service = app.extensions["ml_api"]
    shadow, price, keep = service.shadow, service.shadow.price, service.shadow.keep
    count, outcomes, kept, threads = shadow.count, queue.Queue(), [], {}
    begun, go_on = threading.Event(), threading.Event()

    def act(rows):
        """Price rows, or do what candidates do."""
        mine = threading.current_thread()
        threads[mine.ident] = mine.daemon
        if told["mode"] == "raise":
            raise RuntimeError("the candidate is broken")
        if told["mode"] == "wait":
            begun.set()
            go_on.wait(waits_s)
        said = price(rows)
        if told["mode"] == "as live":
            said["predictions"] = [each and each / 1.02 for each in said["predictions"]]
        if told["mode"] == "none":
            said["predictions"] = [None for _ in said["predictions"]]
        if told["mode"] == "a price more":
            said["predictions"] = [1.0 for _ in said["predictions"]]
        return said

    def note_kept(record, found):
        if told["mode"] == "full disk":
            raise OSError("no space left on the device")
        keep(record, found)
        kept.append([record.request_id, found.old_version, found.new_version, found.beyond])

    def note_outcome(outcome):
        count(outcome)
        outcomes.put(outcome)

    shadow.price, shadow.keep, shadow.count = act, note_kept, note_outcome

    def tell():
        """Do one thing of the test's, and say how things are."""
        asked = {
            name: values[0] for name, values in parse_qs(request.query_string.decode()).items()
        }
        told["mode"] = asked.get("mode", told["mode"])
        shadow.keep = None if told["mode"] == "no keep" else note_kept
        if "open" in asked:
            go_on.set()
        if "columns" in asked:
            record = Record(**json.loads(asked["columns"]), at=datetime(2026, 1, 31))
            # not by this thread, which is a daemon: a new one takes after its maker
            offering = threading.Thread(target=shadow.offer, args=[record], daemon=False)
            offering.start()
            offering.join(2 * waits_s)
        if "begun" in asked:
            begun.wait(waits_s)
        came = []
        for _ in range(int(asked.get("outcomes", 0))):
            try:
                came.append(outcomes.get(timeout=3))
            except queue.Empty:
                break
        state = told | {"outcomes": came, "kept": kept, "threads": list(threads.values())}
        return jsonify(state | {"started": started})

    app.add_url_rule("/tell", view_func=tell)
    return app


SCENES = [
    ("well", "well", None),
    ("agreed", "as live", None),
    ("refused", "well", [{}]),
    ("raised", "raise", None),
    ("after raising", "well", None),
    ("full disk", "full disk", None),
    ("after the disk", "well", None),
    ("no price", "none", None),
    ("a price more", "a price more", [{}]),
    ("not kept", "no keep", None),
]


def by_columns(house):
    """Return a record as production mode keeps it, without its time, as JSON."""
    kept = {"fields": list(house), "columns": [[value] for value in house.values()]}
    record = {"id": "c", "request_id": "c", "client": None, "model_version": "1.0.0", "rows": 1}
    record |= {"refused": 0, "request": json.dumps(kept), "response": '{"predictions": [1.0]}'}
    return json.dumps(record)


def ask(port, path, rows=None):
    """Return the answer once the server is done with the request, None if that takes long."""
    body = json.dumps(rows).encode() if rows is not None else b""
    head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    head += (
        f"X-Request-ID: r\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    answer = b""
    with socket.create_connection(("127.0.0.1", port), 30 if rows is None else PATIENCE_S) as line:
        line.sendall(head.encode() + body)
        try:
            while piece := line.recv(65536):
                answer += piece
        except TimeoutError:
            return None
    return answer.partition(b"\r\n\r\n")[2].decode()


# -- models ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def files(seed, make_onnx, tmp_path_factory):
    """The files of two models: the candidate asks two per cent more."""
    found = {}
    for name, version, base in (("live", "1.0.0", 7.0), ("candidate", "1.1.0", 7.0198026)):
        folder = tmp_path_factory.mktemp(name)
        content, digest = make_onnx(base, seed)
        Manifest(model_version=version, onnx_sha256=digest, schema=HOUSES).write(folder)
        found[f"{name}/manifest.json"] = (folder / "manifest.json").read_bytes()
        found[f"{name}/model.onnx"] = content
    return found


@pytest.fixture
def played(submission, once, files, houses):
    """All that happened, in order: each request is followed by what became of it."""

    def play():
        seen = {}
        with submission.serve(lambda code: make_app(files, 2 * PATIENCE_S)) as server:

            def tell(query):
                return json.loads(ask(server.port, f"/tell?{query}".replace(" ", "%20")))

            def answers_come():
                """Have it compared under all conditions, until no outcome comes."""
                for name, mode, rows in SCENES:
                    tell(f"mode={mode}")
                    answer = ask(server.port, PREDICT, [{}] if rows else houses)
                    seen[name] = tell("outcomes=1") | {"answer": answer}
                    if not seen[name]["outcomes"]:
                        return

            seen["columns"] = tell(f"mode=well&columns={by_columns(houses[0])}&outcomes=1")
            tell("mode=wait")
            answers = [ask(server.port, PREDICT, houses)]
            if answers[0] is not None:
                tell("begun=1")
                for _ in range(18):  # sixteen may wait
                    answers.append(ask(server.port, PREDICT, houses))
                    if answers[-1] is None:
                        break
            waiting = seen["waiting"] = {"answers": answers, "early": [], "outcomes": []}
            if None not in answers:
                waiting["early"] = tell("outcomes=2")["outcomes"]
                waiting |= tell("open=1&outcomes=17")
                kept = len(waiting["kept"])
                answers_come()
                for each in seen.values():
                    each["kept"] = each["kept"][kept:]
        return seen

    return once(play)


def scene(played, name):
    """Return what happened there; what came after a missing outcome was not tried."""
    if name not in played:
        pytest.skip(f"{name}: not reached")
    return played[name]


def became(played, name, expected):
    """Return what to look at: what became of the answer, and what was expected."""
    return f"\n  became:    {played[name]['outcomes']}\n  expected:  {expected}"


# -- tests -----------------------------------------------------------------------------------------


def test_no_answer_waits_for_the_candidate(played):
    answers = played["waiting"]["answers"]
    advice = (
        f"The candidate waits for a sign that comes after the answer, and {{}} was not done within "
        f"{PATIENCE_S} s: does `offer` price, or wait for the candidate, or for room in the queue?"
    )
    assert answers[0] is not None, advice.format("the request")
    assert None not in answers, advice.format(f"request {len(answers)}, with the queue full,")
    assert json.loads(answers[0])["version"] == "1.0.0", "The live model answers."
    answers = {"waits": answers[-1]} | {
        name: each["answer"] for name, each in played.items() if "answer" in each
    }
    for name, answer in answers.items():
        assert (
            name in ("refused", "a price more") or answer == answers["waits"]
        ), f"Another answer: {name}."


@pytest.mark.depends_on("test_no_answer_waits_for_the_candidate")
def test_where_too_many_wait_some_are_dropped_and_counted(played):
    waiting = played["waiting"]

    assert waiting["early"] == ["dropped", "dropped"], (
        "The candidate works on one answer, sixteen wait, two more come: they are dropped, and "
        f"counted as dropped at once.\n  became:    {waiting['early']}\n  expected:  ['dropped', 'dropped']"
    )
    assert not waiting[
        "blocked"
    ], "`offer` waited for room in the queue: it never waits, for it is the thread of a request."
    assert waiting["outcomes"] == ["differed"] * 17, (
        "The seventeen that were not dropped are compared when the candidate goes on."
        f"{became(played, 'waiting', ['differed'] * 17)}"
    )


@pytest.mark.depends_on("test_no_answer_waits_for_the_candidate")
def test_one_daemon_thread_from_the_first_answer_on(played):
    assert played["waiting"].get("started", 0) == 0, (
        "A thread was started before there was an answer: a server that forks afterwards would "
        "leave it behind. Start it at the first use."
    )
    daemons = played["waiting"]["threads"]
    assert daemons, "No thread has priced anything: is it started?"
    assert (
        len(daemons) == 1
    ), f"{len(daemons)} threads have priced, one is to do all: a busy service would start hundreds."
    assert daemons == [True], (
        "The thread is no daemon: a candidate that never comes back would keep the service from "
        "stopping."
    )


def test_what_differs_is_counted_and_kept(played):
    well = scene(played, "well")

    assert well["outcomes"] == ["differed"], (
        "The candidate asks two per cent more for two houses, one per cent is allowed: count that "
        f"answer as differed, once.{became(played, 'well', ['differed'])}"
    )
    assert well["kept"] == [["r", "1.0.0", "1.1.0", 2]], (
        "What differs is kept: `keep(record, found)`, with a Comparison whose old side is what was "
        f"told, and whose new side is the candidate.\n  kept:      {well['kept']}\n"
        "  expected:  [['r', '1.0.0', '1.1.0', 2]] (request, old version, new version, beyond)"
    )


def test_what_agrees_is_counted_and_not_kept(played):
    for name, what in (
        ("agreed", "The candidate says what the live model said"),
        ("refused", "Both models refuse the only row, on that they agree"),
    ):
        assert scene(played, name)["outcomes"] == [
            "agreed"
        ], f"{what}: count that answer as agreed.{became(played, name, ['agreed'])}"
    assert len(scene(played, "refused")["kept"]) == 1, "Answers that agree are not kept."


def test_a_price_that_the_candidate_does_not_give_is_a_difference(played):
    assert scene(played, "no price")["outcomes"] == ["differed"], (
        "The candidate gives no price where the live model gave one (it was not finite): that is a "
        f"difference, and the worst one.{became(played, 'no price', ['differed'])}"
    )


def test_a_price_that_only_the_candidate_gives_is_a_difference(played):
    assert scene(played, "a price more")["outcomes"] == ["differed"], (
        "The candidate gives a price where the live model gave none: that is a difference, too."
        f"{became(played, 'a price more', ['differed'])}"
    )


def test_without_a_place_to_keep_it_a_difference_is_counted(played):
    assert scene(played, "not kept")["outcomes"] == ["differed"], (
        "There is no `keep` (a service without a database has None there): what differs is counted "
        f"all the same.{became(played, 'not kept', ['differed'])}"
    )


def test_what_fails_is_counted_and_the_next_answer_compared(played):
    for failing, after, what in (
        ("raised", "after raising", "The candidate raised"),
        ("full disk", "after the disk", "`keep` raised: the disk is full"),
    ):
        assert scene(played, failing)["outcomes"] == ["failed"], (
            f"{what}: count that answer as failed, and as nothing else."
            f"{became(played, failing, ['failed'])}"
        )
        assert scene(played, failing)[
            "logged"
        ], f"{what}, and nothing about it is in the log, as a warning or an error: `LOG.warning(...)`."
        assert scene(played, after)["outcomes"] == ["differed"], (
            f"{what}, and the next answer is not compared any more: is the thread still there?"
            f"{became(played, after, ['differed'])}"
        )


def test_rows_kept_column_by_column_are_read(played):
    assert scene(played, "columns")["outcomes"] == ["differed"], (
        "Production mode keeps the rows of a request column by column: `read_rows(record.request)` "
        f"reads both forms.{became(played, 'columns', ['differed'])}"
    )
