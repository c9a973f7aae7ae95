"""Requests that go wrong, each in another way, and the problem documents that they get."""

from http import HTTPStatus

import pytest

PREDICT = "/v1/predict/regression"
PROBLEM = "application/problem+json"
SECRET = "postgresql://house:pa55word@db"


def breaking(start, files):
    """Make the service with a few views that break, and /log, which shows what was logged."""
    import logging

    from flask import abort, jsonify
    from ml_api.storage.database import StoreError
    from ml_api.web.problems import Problem

    app = start(files, max_rows=3)
    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            text = logging.Formatter().format(record)  # the traceback, where there is one
            lines.append([text, getattr(record, "request_id", None)])

    logging.getLogger("ml_api").addHandler(Keep())

    def crash():
        raise RuntimeError(f"{SECRET}/crash")

    def away():
        raise StoreError(f"{SECRET}/away")

    def locked():
        raise Problem(423, "Somebody is at it.", {"X-Owner": "alice"})

    def sold():
        raise Problem(404, "This house was sold.")

    def teapot():
        abort(418, "Tea, and nothing else.")

    for view in (crash, away, locked, sold, teapot):
        app.add_url_rule(f"/{view.__name__}", view_func=view)
    app.add_url_rule("/log", view_func=lambda: jsonify(lines))
    return app


@pytest.fixture
def told(submission, model, table, once, start, ask):
    """What the service says to each request, by name; `log` is what it logged."""
    questions = {
        "crash": {"path": "/crash"},
        "away": {"path": "/away"},
        "locked": {"path": "/locked"},
        "sold": {"path": "/sold"},
        "teapot": {"path": "/teapot"},
        "nowhere": {"path": "/nowhere"},
        "method": {"path": PREDICT, "method": "DELETE"},
        "no json": {"path": PREDICT, "body": b"[{]"},
        "too many": {"path": PREDICT, "rows": table[:4]},
        "unpriced": {"path": PREDICT, "rows": [{}, {}]},
    }

    def asked():
        said = {}
        with submission.serve(lambda code: breaking(start, model.files)) as server:
            for name, options in questions.items():
                headers = {"Content-Type": "application/json", "X-Request-ID": f"r-{name[:4]}"}
                said[name] = ask(server.port, headers=headers, **options)
            said["no id"] = ask(server.port, "/nowhere", headers={})
            said["log"] = ask(server.port, "/log").json
        return said

    return once(asked)


STATUS = {
    "crash": (500, "a view raised RuntimeError"),
    "away": (503, "the store raised StoreError"),
    "locked": (423, "a view raised Problem(423, ...)"),
    "sold": (404, "a view raised Problem(404, ...)"),
    "teapot": (418, "a view called abort(418), for which `DETAILS` has no words"),
    "nowhere": (404, "there is nothing at this address"),
    "method": (405, "the address does not take DELETE"),
    "no json": (400, "the body is no JSON: NotRows"),
    "too many": (413, "four rows where three are allowed: TooManyRows"),
    "unpriced": (422, "no row could be priced"),
}


@pytest.mark.parametrize("name", STATUS)
def test_each_error_has_its_status_and_is_a_problem_document(told, name):
    answer, (status, why) = told[name], STATUS[name]

    assert answer.status == status, f"{why}: {status} is expected.\n{answer}"
    assert (
        answer.type == PROBLEM
    ), f"{why}: every error is a problem document, Content-Type {PROBLEM}.\n{answer}"
    said = answer.json or {}
    missing = {"type", "title", "status", "detail", "request_id"} - set(said)
    assert not missing, f"A problem document lacks {sorted(missing)}.\n{answer}"
    phrase = HTTPStatus(status).phrase
    assert (said["status"], said["title"]) == (status, phrase), (
        f"`status` in the document is the status of the answer, and `title` its phrase, {phrase!r}."
        f"\n{answer}"
    )
    assert said["detail"], f"`detail` is a sentence for the person who reads it.\n{answer}"


def test_the_request_id_is_the_one_that_the_log_knows(told):
    answer = told["nowhere"]

    assert answer.json["request_id"] == answer.headers["x-request-id"] == "r-nowh", (
        "The client is to quote the id under which the log knows the request: `g.request_id`."
        f"\nsent: X-Request-ID: r-nowh\n{answer}"
    )
    answer = told["no id"]
    known = answer.headers["x-request-id"]
    assert answer.json["request_id"] == known, (
        "A request came without an id, and the service gave it one, which the log knows and the "
        f"header says, {known}: it is `g.request_id`.\n{answer}"
    )


def logged_of(told, name):
    """What was logged of a request: each text that is under its id, or has the reason in it."""
    return [
        [text, each] for text, each in told["log"] if each == f"r-{name[:4]}" or f"/{name}" in text
    ]


def test_a_crash_is_logged_and_tells_the_client_nothing(told):
    answer = told["crash"]

    assert SECRET not in answer.text, (
        "The text of an error nobody foresaw went to the client, with a password in it: it is for "
        f"the log alone.\n{answer}"
    )
    assert "RuntimeError" not in answer.text, (
        "The kind of an error nobody foresaw went to the client: that is a part of the reason, and "
        f"for the log alone.\n{answer}"
    )
    logged = logged_of(told, "crash")
    logged_once = ["r-cras"] == [each for _, each in logged]
    assert logged_once, (
        "A crash is to be logged once with its traceback (`LOG.exception`) and the request id in "
        f"`extra`, or nobody will find out what happened.\nlogged of it: {logged}"
    )
    text = logged[0][0]
    assert "/crash" in text and "Traceback" in text, (
        "A crash was logged without its traceback (`LOG.exception` writes it), which alone says "
        f"where it happened.\nlogged: {text}"
    )


def test_a_store_that_is_away_is_logged_and_tells_the_client_to_try_again(told):
    answer = told["away"]

    assert (
        SECRET not in answer.text
    ), f"Why the store is away is for the log: here it names the database.\n{answer}"
    assert answer.headers.get(
        "retry-after", ""
    ).isdigit(), (
        f"A client that is told 503 should hear when to try again: `Retry-After`.\n{answer}"
    )
    logged = logged_of(told, "away")
    logged_once = ["r-away"] == [each for text, each in logged if "/away" in text]
    assert logged_once and len(logged) == 1, (
        "That something could not be kept is to be logged once, with the reason and the request id "
        f"in `extra`.\nlogged of it: {logged}"
    )


def test_what_a_problem_says_is_passed_on(told):
    answer = told["locked"]

    assert (
        answer.json["detail"] == "Somebody is at it."
    ), f"A Problem was raised with a sentence for the client.\n{answer}"
    assert told["sold"].json["detail"] == "This house was sold.", (
        "A Problem is told in its own words, also where `DETAILS` has some for its status."
        f"\n{told['sold']}"
    )
    assert (
        answer.headers.get("x-owner") == "alice"
    ), f"The Problem was raised with a header, X-Owner, which is to go along.\n{answer}"
    assert (
        told["no json"].json["detail"].startswith("The body is not valid JSON")
    ), f"NotRows says what is wrong with the body: its text is the detail.\n{told['no json']}"


def test_the_addresses_own_words(told):
    answer = told["nowhere"]

    assert (
        "/docs" in answer.json["detail"]
    ), f"For 404 and 405 `DETAILS` has words of our own.\n{answer}"
    assert told["teapot"].json["detail"] == "Tea, and nothing else.", (
        'A view called abort(418, "Tea, and nothing else."). `DETAILS` has no words for 418: then '
        f"the description of the error is the detail.\n{told['teapot']}"
    )
    allow = told["method"].headers.get("allow", "")
    assert "POST" in allow, (
        "A 405 has to say which methods the address takes, in the header Allow: take it over from "
        f"`error.get_headers()`.\n{told['method']}\nheaders: {told['method'].headers}"
    )


def test_further_members_go_into_the_document(told):
    answer = told["unpriced"]

    assert answer.json.get("predictions") == [None, None] and "0" in answer.json["errors"], (
        "problem_response is given further members (`predictions`, `version`, `errors`), which "
        f"stand beside `title` and `detail`.\n{answer}"
    )
