"""Records written and found, and a service that is killed with -9 in the middle of a request."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

PREDICT = "/v1/predict/regression"
START = datetime(2026, 3, 1, 9)


def make_records(seed):
    """Twelve records as tuples: out of order, two at the same moment, an id used twice.

    Of the two at one moment, neither clients nor request ids come in the order of the ids.

    The rows of every third one are kept column by column, as production mode does.
    """
    chance = random.Random(seed)
    hours = [0, 0, *chance.sample(range(1, 40), 10)]
    records = []
    for number, hour in enumerate(hours):
        client = ["bob", "alice", None, "o'hara"][number % 4]
        moment = START + timedelta(hours=hour)
        refused = (number + 1) % 2  # every second one was answered by a 422
        about = (f"r{(10 - number) % 9}", client, "1.0.0+00000000", 1, refused)
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

        def changed(record):
            return record._replace(response='{"predictions": [2.5]}')

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
        trouble = {}
        for name, given, new_only in (
            ("no records", [], False),
            ("no records, with `new_only`", [], True),
            ("a record that is there already, with `new_only`", [changed(rows[0])], True),
        ):
            try:
                code.insert_records(engine(), given, new_only=new_only)
            except Exception as error:
                trouble[name] = f"{type(error).__name__}: {error}"[:200]
        told = {each["id"]: each["response"] for each in code.read_records(engine())}
        two = [*code.read_records(engine()), *[{"request": None, "response": None}] * 2][:2]
        came = {
            "first": first,
            "refused": refused,
            "together": together,
            "all": ids(),
            "trouble": trouble,
            "told first": told.get(rows[0].id),
            "bob": ids(client="bob"),
            "o'hara": ids(client="o'hara"),
            "any": ids(client="%") + ids(request_id="r%"),
            "nameless": ids(client="") + ids(request_id=""),
            "capitals": ids(client="Bob") + ids(request_id="R8"),
            "injected": ids(client="x' OR '1'='1") + ids(request_id="x' OR '1'='1"),
            "r8": ids(request_id="r8"),
            "alice, r1": ids(client="alice", request_id="r1"),
            "since": ids(since=middle),
            "until": ids(until=middle),
            "from the first on": ids(since=START, until=START + timedelta(minutes=30)),
            "before the first": ids(until=START),
            "requests": [each["request"] for each in two],
            "response": two[0]["response"],
        }
        # last, for they are at a moment that was asked for above
        many = [rows[0]._replace(id=f"m{each}", client="many")._asdict() for each in range(1100)]
        with engine().begin() as connection:
            connection.execute(PREDICTIONS.insert(), many)
        return came | {"many": len(ids(client="many"))}

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
        "one transaction (and on SQLite the end of a savepoint, `begin_nested`, commits)"
    )
    assert (
        found["all"].count(records[11][0]) == 1 and len(found["all"]) == 12
    ), "With `new_only` the record that is there already is left out, and the other one kept"
    untouched = found["told first"] == {"predictions": [1.5]}
    assert untouched, (
        "With `new_only` a record came whose id is there already, with another response: it is to "
        "be left out, and the one that is there to stay as it was."
        f"\nkept now: {found['told first']}"
    )


def test_where_nothing_is_to_be_written_nothing_happens(found):
    assert not found["trouble"], (
        "There was nothing to write, which is no error: does the statement run without values?\n"
        + "\n".join(f"given: {name}\ncame back: {said}" for name, said in found["trouble"].items())
    )


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
    for which, asked in (
        ("any", '`client="%"` or `request_id="r%"`'),
        ("nameless", '`client=""` or `request_id=""`'),
        ("capitals", '`client="Bob"` or `request_id="R8"`'),
    ):
        nobodys = found[which] == []
        assert nobodys, (
            f"{asked} found records of others: the name is to be equal to the one that was asked "
            "for, whichever that is, and `None` alone means everybody"
        )
    assert (
        found["many"] == 1100
    ), f"1,100 records of one client were inserted, and {found['many']:,} are found: all are to be"
    assert found["injected"] == [], (
        "Somebody asked for the client or the request id `x' OR '1'='1` and was shown the records "
        "of others: the text became a part of the statement"
    )


def test_a_request_id_finds_every_request_under_it(found, records):
    assert found["r8"] == expected(
        records, lambda each: each[2] == "r8"
    ), "Clients choose their request ids, and may use one twice: both records are to be found"
    both = expected(records, lambda each: each[2] == "r1" and each[3] == "alice")
    assert found["alice, r1"] == both, "Two conditions: a record has to meet both"


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
