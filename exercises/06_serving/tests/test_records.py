"""Records written and found, and a service that is killed with -9 in the middle of a request."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

PREDICT = "/v1/predict/regression"
START = datetime(2026, 3, 1, 9)


def make_records(seed):
    """Twelve records as tuples: out of order, two at the same moment, an id used twice.

    The rows of every third one are kept column by column, as production mode does.
    """
    chance = random.Random(seed)
    hours = [0, 0, *chance.sample(range(1, 40), 10)]
    records = []
    for number, hour in enumerate(hours):
        client = ["alice", "bob", None, "o'hara"][number % 4]
        moment = START + timedelta(hours=hour)
        refused = number % 2  # every second one was answered by a 422
        about = (f"r{number % 9}", client, "1.0.0+00000000", 1, refused)
        request = '[{"Id": 1}]' if number % 3 else '{"fields": ["Id"], "columns": [[1]]}'
        records.append((f"id-{number:02}", moment, *about, request, '{"predictions": [1.5]}'))
    chance.shuffle(records)
    # of the two at one moment the second is written first
    return sorted(records, key=lambda each: each[0] == "id-00")


@pytest.fixture
def records(seed):
    return make_records(seed)


@pytest.fixture
def found(submission, records, once):
    """What the answer finds of these records, by the question that was asked."""
    middle = START + timedelta(hours=20)

    def beside(code):
        from ml_api.storage.database import PREDICTIONS, make_engine

        def engine():
            return make_engine("sqlite:///predictions.db")

        def ids(**wanted):
            return [each["id"] for each in code.read_records(engine(), **wanted)]

        PREDICTIONS.metadata.create_all(engine())
        rows = [code.Record(*each) for each in records]
        code.insert_records(engine(), rows[:11])
        first = ids()
        try:
            code.insert_records(engine(), [rows[11], rows[0]])
            refused = False
        except Exception:
            refused = True
        together = ids()
        code.insert_records(engine(), [rows[11], rows[0]], new_only=True)
        two = [*code.read_records(engine()), *[{"request": None, "response": None}] * 2][:2]
        return {
            "first": first,
            "refused": refused,
            "together": together,
            "all": ids(),
            "bob": ids(client="bob"),
            "o'hara": ids(client="o'hara"),
            "any": ids(client="%"),
            "nameless": ids(client=""),
            "injected": ids(client="x' OR '1'='1") + ids(request_id="x' OR '1'='1"),
            "r2": ids(request_id="r2"),
            "alice, r0": ids(client="alice", request_id="r0"),
            "since": ids(since=middle),
            "until": ids(until=middle),
            "from the first on": ids(since=START, until=START + timedelta(minutes=30)),
            "before the first": ids(until=START),
            "requests": [each["request"] for each in two],
            "response": two[0]["response"],
        }

    return once(lambda: submission.run(beside))


def expected(records, keep=lambda record: True):
    """The ids of the records that are to be found, in the order of time."""
    return [each[0] for each in sorted(records, key=lambda each: (each[1], each[0])) if keep(each)]


def test_what_was_inserted_is_there(found, records):
    why = (
        f"without a condition all are to be found, and {len(found['first'])} were: also those that "
        "were refused, and both where an id was used twice"
        if found["first"]
        else "none of them is found by another connection: is the transaction committed?"
    )
    complete = sorted(found["first"]) == sorted(expected(records[:11]))
    assert complete, f"Eleven records were inserted together, and {why}"


def test_records_go_in_together_or_not_at_all(found, records):
    assert found["refused"], (
        "Two records were inserted of which one has an id that is there already: the error of the "
        "database is to come out"
    )
    assert records[11][0] not in found["together"], (
        "Two records were inserted and one was refused: then neither is to be there, for they are "
        "one transaction"
    )
    assert (
        found["all"].count(records[11][0]) == 1 and len(found["all"]) == 12
    ), "With `new_only` the record that is there already is left out, and the other one kept"


def test_they_come_in_the_order_of_time(found, records):
    assert found["all"] == expected(records), (
        "Records are to come in the order of time (`at`), those of the same moment in that of `id`: "
        "the database gives them in any order unless it is asked"
    )


def test_a_client_finds_its_own(found, records):
    assert found["bob"] == expected(records, lambda each: each[3] == "bob"), (
        '`client="bob"` is to find all that bob was told, and nothing else: also what was refused '
        "(`refused`), and where an id was used twice"
    )
    assert found["o'hara"] == expected(records, lambda each: each[3] == "o'hara"), (
        "A name may hold a quote: give values to the database beside the statement, not within its "
        "text"
    )
    assert found["any"] + found["nameless"] == [], (
        '`client="%"` or `client=""` found records of others: the name is to be equal to the one '
        "that was asked for, whichever that is, and `None` alone means everybody"
    )
    assert found["injected"] == [], (
        "Somebody asked for the client or the request id `x' OR '1'='1` and was shown the records "
        "of others: the text became a part of the statement"
    )


def test_a_request_id_finds_every_request_under_it(found, records):
    assert found["r2"] == expected(
        records, lambda each: each[2] == "r2"
    ), "Clients choose their request ids, and may use one twice: both records are to be found"
    both = expected(records, lambda each: each[2] == "r0" and each[3] == "alice")
    assert found["alice, r0"] == both, "Two conditions: a record has to meet both"


def test_a_time_begins_with_since_and_ends_before_until(found, records):
    middle = START + timedelta(hours=20)

    assert found["since"] == expected(
        records, lambda each: each[1] >= middle
    ), "`since`: the records of this moment and later"
    assert found["until"] == expected(records, lambda each: each[1] < middle), (
        "`until`: the records before this moment, and not at it: else two days one after the other "
        "would both count what happened at midnight"
    )
    assert found["from the first on"] == expected(
        records, lambda each: each[1] == START
    ), "`since` is the very moment of two records, which belong to it"
    assert found["before the first"] == [], (
        "`until` is the very moment of the first two records, which do not belong to it: else two "
        "days one after the other would both count what happened at midnight"
    )


def test_bodies_come_back_as_data(found):
    assert found["requests"] == [[{"Id": 1}]] * 2 and found["response"] == {"predictions": [1.5]}, (
        "`request` comes back as rows, also where it is kept column by column (`read_rows` knows "
        "both), and `response` read from its JSON"
    )


# -- who was told what ---------------------------------------------------------------------------


def mortal(start, files):
    """Make the service; a request called `last` is worked on, and then the process is killed."""
    import os
    import signal

    app = start(files)
    serve = app.wsgi_app

    def wsgi(environ, respond):
        if environ["PATH_INFO"] == "/where":
            respond("200 OK", [("Content-Type", "text/plain")])
            return [os.getcwd().encode()]
        answer = serve(environ, respond)
        if environ.get("HTTP_X_REQUEST_ID") == "last":
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    app.wsgi_app = wsgi
    return app


@pytest.mark.depends_on("test_what_was_inserted_is_there")
def test_a_process_that_is_killed_takes_no_answer_along(submission, model, table, start, ask):
    told = {}
    with submission.serve(lambda code: mortal(start, model.files)) as server:
        folder = Path(ask(server.port, "/where").text)
        for name in ("first", "second", "third", "last", "never"):
            headers = {"Content-Type": "application/json", "X-Request-ID": name}
            try:
                told[name] = ask(server.port, PREDICT, table[:2], headers=headers).json
            except OSError:
                continue
        left = {path.name: path.read_bytes() for path in folder.glob("predictions.db*")}

    def audit(code):
        from ml_api.storage.database import make_engine

        for name, content in left.items():
            Path(name).write_bytes(content)
        engine = make_engine("sqlite:///predictions.db")
        return [[each["request_id"], each["response"]] for each in code.read_records(engine)]

    listed = dict(submission.run(audit))
    missing = sorted(set(told) - set(listed))
    assert not missing, (
        "The process was killed with -9 while it worked on the fourth request. These had been "
        f"answered, and the audit does not find them: {missing}. What is answered has to be "
        "committed before, not in a while"
    )
    assert {
        name: listed[name] for name in told
    } == told, "The audit says something else than the client was told"
