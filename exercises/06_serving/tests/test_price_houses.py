"""Requests to the service around the learner's view, and what it keeps of them."""

import json

import pytest

PREDICT, PREDICT_V2 = "/v1/predict/regression", "/v2/predict/regression"
PROBLEM = "application/problem+json"


SHORTER = [{"Id": "a shorter form"}]


def watched(start, files):
    """Make the service; it loses the record `unkept`, and shows all others at /kept.

    The rows of the request `shorter` have a shorter form; /reads shows how often each request
    took the model.
    """
    from flask import g, jsonify
    from ml_api.service import service_of
    from ml_api.storage.database import StoreError, make_engine
    from ml_api.storage.records import read_records

    app = start(files, max_body=20_000)
    service = service_of(app)
    store, check_body = service.store, service.check.check_body
    save = store.save
    reads = {}

    class Counting(type(service.models)):
        @property
        def current(self):
            reads[g.request_id] = reads.get(g.request_id, 0) + 1
            return super().current

    def check_and_shorten(body, model):
        checked = check_body(body, model)
        return checked._replace(kept=json.dumps(SHORTER)) if g.request_id == "shorter" else checked

    def save_or_fail(record):
        if record.request_id == "unkept":
            raise StoreError("the disk is full")
        save(record)

    def kept():
        engine = make_engine("sqlite:///predictions.db")
        names = ("request_id", "rows", "refused", "model_version", "request", "response")
        return jsonify([{name: each[name] for name in names} for each in read_records(engine)])

    store.save, service.check.check_body = save_or_fail, check_and_shorten
    service.models.__class__ = Counting
    app.add_url_rule("/kept", view_func=kept)
    app.add_url_rule("/reads", view_func=lambda: jsonify(reads))
    return app


@pytest.fixture
def told(submission, model, table, once, start, ask):
    """What the service says to each of a dozen requests, by name; `kept` is what it keeps."""
    bad, endless = table[1] | {"GrLivArea": "big"}, table[2] | {"LotFrontage": 80}
    mixed = [table[0], bad, table[3], endless, 5, *table[4:8]]
    questions = {
        "good": (PREDICT, table),
        "mixed": (PREDICT, mixed),
        "mixed-in-v2": (PREDICT_V2, mixed),
        "none": (PREDICT, [bad, {}]),
        "none-in-v2": (PREDICT_V2, [bad]),
        "empty": (PREDICT, []),
        "unkept": (PREDICT, table[:1]),
        "shorter": (PREDICT, table[:2]),
        "long": (PREDICT, table * 20),
    }
    raw = {
        "another type": {"body": b"a,b", "headers": {"Content-Type": "text/csv"}},
        "no json": {"body": b"[{]"},
    }

    def asked():
        said = {"rows": mixed}
        with submission.serve(lambda code: watched(start, model.files)) as server:
            for name, (path, rows) in questions.items():
                headers = {"Content-Type": "application/json", "X-Request-ID": name}
                said[name] = ask(server.port, path, rows, headers=headers)
            for name, options in raw.items():
                said[name] = ask(server.port, PREDICT, **options)
            said["kept"], said["reads"] = ask(server.port, "/kept"), ask(server.port, "/reads")
        return said

    return once(asked)


def test_each_house_is_priced_in_the_order_of_the_rows(told, table, model):
    answer = told["good"]
    expected = [model.price(house) for house in table]

    assert (
        answer.status == 200 and answer.type == "application/json"
    ), f"Twelve good rows were sent: 200 and JSON are expected.\n{answer}"
    assert answer.json["predictions"] == pytest.approx(
        expected, rel=1e-4
    ), f"Each row is to get the model's price, in the order of the rows.\n{answer}"


def test_a_bad_row_gets_null_and_its_errors_and_spoils_no_other(told, model):
    answer, rows = told["mixed"], told["rows"]
    expected = [None if place in (1, 3, 4) else model.price(row) for place, row in enumerate(rows)]

    assert (
        answer.status == 200
    ), f"Six of nine rows are good, so the answer is 200: one bad row spoils no other.\n{answer}"
    said = answer.json
    assert len(said["predictions"]) == len(
        rows
    ), f"Nine rows were sent: the answer has one entry for each, null for a bad one.\n{answer}"
    rights = [
        price == (each and pytest.approx(each, rel=1e-4))
        for price, each in zip(said["predictions"], expected)
    ]
    assert all(rights), (
        "Each price belongs in the place of its row, and null in that of a bad one: `predict` puts "
        f"them there.\n{answer}"
    )
    assert set(said["errors"]) == {
        "1",
        "3",
        "4",
    }, f"`errors` says what is wrong with rows 1, 3 (no finite price) and 4, by index.\n{answer}"
    assert said["errors"]["1"] == {"GrLivArea": ["Not a valid integer."]}, (
        "What is wrong with row 1 is told in the words of the schema, which `check_body` has found "
        f"already: give `predict` what it returned.\n{answer}"
    )


def test_when_no_row_can_be_priced_it_is_a_422_problem(told):
    answer = told["none"]

    assert (answer.status, answer.type) == (422, PROBLEM), (
        "No row could be priced: the answer is a problem document with status 422, which "
        f"`problem_response` makes.\n{answer}"
    )
    assert answer.json.get("predictions") == [None, None] and set(answer.json["errors"]) == {
        "0",
        "1",
    }, (
        "The problem holds what an answer holds, too: `predictions`, `version` and `errors`, so "
        f"that a client can say which cell to mend.\n{answer}"
    )


def test_an_empty_list_is_a_422_problem(told):
    answer = told["empty"]

    assert (answer.status, answer.type) == (
        422,
        PROBLEM,
    ), f"An empty list holds nothing to price: 422 is expected.\n{answer}"


def test_version_2_gets_its_labels(told):
    answer = told["mixed-in-v2"]
    labels = (answer.json or {}).get("labels")

    assert labels and len(labels) == 9 and labels[1] is None and "KitchenQual" in labels[0], (
        "Version 2 is to say what the codes of each row mean, and 1 is not: give `answer_of` the "
        f"version `api`, and the rows as they came.\n{answer}"
    )
    assert "labels" not in told["mixed"].json, f"Version 1 has no labels.\n{told['mixed']}"
    answer = told["none-in-v2"]
    assert answer.status == 422 and answer.json.get("labels") == [
        None
    ], f"In version 2 the problem holds the labels as well.\n{answer}"


@pytest.mark.parametrize(
    ("name", "status", "what"),
    [
        ("long", 413, "a body longer than `service.settings.max_body`"),
        ("another type", 415, "a body that is said to be text/csv"),
        ("no json", 400, "a body that is no JSON"),
    ],
)
def test_what_is_no_request_is_refused(told, name, status, what):
    answer = told[name]

    assert answer.status == status, (
        f"{what[0].upper()}{what[1:]} is refused with {status}: `read_body` and `check_body` do "
        f"that.\n{answer}"
    )


def test_nothing_is_answered_that_could_not_be_kept(told):
    answer = told["unkept"]

    assert answer.status == 503 and "predictions" not in (answer.json or {}), (
        "The store raised StoreError for this request: no price may be told, and 503 is expected, "
        "which others make of the error. So keep first, answer afterwards, and let the error "
        f"through.\n{answer}"
    )


def test_what_is_kept_is_what_was_sent_and_answered(told):
    readable = told["kept"].status == 200
    assert readable, (
        "What is kept cannot be read again: `keep` takes the service, the result of `predict`, and "
        "two JSON texts, of what came (`body`, which can be read from the request only once) and of "
        "what goes out."
    )
    records = {each["request_id"]: each for each in told["kept"].json}

    for name in ("good", "mixed", "mixed-in-v2", "none", "none-in-v2"):
        there = name in records
        assert there, (
            f"The request {name!r} was answered, and the store has no record of it: "
            f"is `keep` called for every answer?\ncame back: records of {sorted(records)}"
        )
        same = records[name]["response"] == told[name].json
        assert same, (
            f"What is kept of the request {name!r} is not what the client was told.\n"
            f"kept: {json.dumps(records[name]['response'])[:300]}\n{told[name]}"
        )
    same = records["mixed"]["request"] == told["rows"]
    assert same, (
        "What is kept of the request are its rows as they came.\n"
        f"kept: {json.dumps(records['mixed']['request'])[:300]}"
    )
    shortened = records["shorter"]["request"] == SHORTER
    assert shortened, (
        "`check_body` returned a shorter form of the rows, `checked.kept`, and that was not kept: "
        f"the body is for when it is None.\nkept: {json.dumps(records['shorter']['request'])[:300]}"
    )
    assert (records["mixed"]["rows"], records["mixed"]["refused"]) == (9, 3), (
        "Nine rows came and three were refused: give `keep` the result of all rows.\n"
        f"kept: {records['mixed']['rows']} rows, {records['mixed']['refused']} refused"
    )


def test_one_model_serves_a_request_from_start_to_end(told):
    reads = told["reads"].json.get("mixed-in-v2")

    assert reads == 1, (
        f"The view took the model, `service.models.current`, {reads} times for one request. A new "
        "model may come between, and then rows are checked by one and priced by the other: take "
        "it once."
    )
