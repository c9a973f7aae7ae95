"""Requests with the right key, a wrong one and none, and who gets in."""

import pytest

KEYS = {"alice": "wonderland-through-the-glass", "bob": "can-we-fix-it-yes-we-can"}
PREDICT = "/v1/predict/regression"
WRONG = "wonderland-through-the-grass"


def keyed(start, files, keys):
    """Make the service with keys, and /who, which shows the client of each record."""
    from flask import jsonify
    from ml_api.storage.database import make_engine
    from ml_api.storage.records import read_records

    app = start(files, keys="".join(f"{name}:{key}\n" for name, key in keys.items()))

    def who():
        engine = make_engine("sqlite:///predictions.db")
        return jsonify({each["request_id"]: each["client"] for each in read_records(engine)})

    app.add_url_rule("/who", view_func=who)
    return app


WITH = {
    "x-api-key": {"X-API-Key": KEYS["alice"]},
    "bearer": {"Authorization": f"Bearer {KEYS['bob']}"},
    "small-bearer": {"Authorization": f"bearer {KEYS['alice']}"},
    "blanks": {"X-API-Key": f" {KEYS['bob']} "},
    "bearer-blanks": {"Authorization": f"Bearer   {KEYS['alice']}"},
}
WRONG_ONES = {
    "wrong": {"X-API-Key": WRONG},
    "shorter": {"X-API-Key": KEYS["alice"][:-1]},
    "wrong-bearer": {"Authorization": f"Bearer {WRONG}"},
    "name": {"X-API-Key": "alice"},
}
NONE = {
    "none": {},
    "empty": {"X-API-Key": ""},
    "basic": {"Authorization": f"Basic {KEYS['alice']}"},
    "scheme-only": {"Authorization": "Bearer"},
    "one-word": {"Authorization": f"Bearer{KEYS['alice']}"},
}


@pytest.fixture
def told(submission, model, table, once, start, ask):
    """What the service says to each request, by name; `who` is under which client it was kept."""

    def asked():
        said = {}
        with submission.serve(lambda code: keyed(start, model.files, KEYS)) as server:
            for name, headers in {**WITH, **WRONG_ONES, **NONE}.items():
                common = {"Content-Type": "application/json", "X-Request-ID": name}
                said[name] = ask(server.port, PREDICT, table[:1], headers={**common, **headers})
            address = f"{PREDICT}?api_key={KEYS['alice']}"
            said["in the address"] = ask(server.port, address, table[:1])
            said["who"] = ask(server.port, "/who", headers={})
        return said

    return once(asked)


@pytest.mark.parametrize("name", WITH)
def test_who_has_a_key_gets_in(told, name):
    answer = told[name]

    assert answer.status == 200, (
        "A right key is taken from X-API-Key, or from Authorization: Bearer (in any case of the "
        f"word), blanks around it left aside.\nsent: {WITH[name]}\n{answer}"
    )


def test_the_client_is_known_by_its_name_and_not_by_its_key(told):
    who = told["who"].json
    expected = {"x-api-key": "alice", "bearer": "bob", "small-bearer": "alice", "blanks": "bob"}

    assert {name: who.get(name) for name in expected} == expected, (
        "What `check_key` returns goes into the log and the records: it is to be the name of the "
        f"owner, never the key.\ncame back: {who}"
    )


@pytest.mark.parametrize("name", WRONG_ONES)
def test_a_wrong_key_is_refused_and_not_repeated(told, name):
    answer = told[name]

    assert (
        answer.status == 401
    ), f"A key that is not in force is refused with 401.\nsent: {WRONG_ONES[name]}\n{answer}"
    assert not any(
        key in answer.text for key in (WRONG, *KEYS.values(), KEYS["alice"][:-1])
    ), f"The answer repeats a key: what is refused is said, the key never.\n{answer}"
    assert (
        "valid" in answer.json["detail"]
    ), f"A client whose key is wrong should hear that it is not valid.\n{answer}"


@pytest.mark.parametrize("name", NONE)
def test_without_a_key_the_client_is_told_how_to_send_one(told, name):
    answer = told[name]

    assert (
        answer.status == 401
    ), f"There is no API key in this request: 401 is expected.\nsent: {NONE[name]}\n{answer}"
    assert (
        "X-API-Key" in answer.json["detail"]
    ), f"Without a key, the detail says in which header to send one.\n{answer}"


def test_a_refusal_names_the_scheme(told):
    for name in ("wrong", "none"):
        assert told[name].headers.get("www-authenticate", "").startswith("Bearer"), (
            "HTTP wants a 401 to say how to authenticate: the header WWW-Authenticate, here "
            f'Bearer realm="ml_api".\nheaders: {told[name].headers}'
        )


def test_a_key_in_the_address_is_none(told):
    answer = told["in the address"]

    assert answer.status == 401, (
        "A key in the address ends in the logs of every proxy: only headers count.\n"
        f"sent: {PREDICT}?api_key=...\n{answer}"
    )
