"""Requests with the right key, a wrong one and none, and who gets in."""

import pytest

# as `new_key` makes them: capitals count, and no piece of one is a word of an answer
KEYS = {"alice": "q7XvT2-kLw9RzB4mYh8Nc3Pd6Jf", "bob": "W5gSx8Kd2_Vn7QjZ4tHb9RmC"}
PREDICT = "/v1/predict/regression"
WRONG = KEYS["alice"].replace("zB4", "zB5")


def keyed(start, files, keys):
    """Make the service with keys; /who shows the client of each record, /log what was logged."""
    import logging

    from flask import jsonify
    from ml_api.storage.database import make_engine
    from ml_api.storage.records import read_records

    app = start(files, keys="".join(f"{name}:{key}\n" for name, key in keys.items()))
    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            extra = {name: each for name, each in vars(record).items() if name not in usual}
            lines.append(f"{record.getMessage()} {extra}")

    usual = vars(logging.makeLogRecord({}))
    for name in (None, "ml_api"):
        logging.getLogger(name).addHandler(Keep())
    logging.getLogger("ml_api").setLevel("INFO")  # as it is in the service that ships

    def who():
        engine = make_engine("sqlite:///predictions.db")
        return jsonify({each["request_id"]: each["client"] for each in read_records(engine)})

    app.add_url_rule("/who", view_func=who)
    app.add_url_rule("/log", view_func=lambda: jsonify(lines))
    return app


WITH = {
    "x-api-key": {"X-API-Key": KEYS["alice"]},
    "bearer": {"Authorization": f"Bearer {KEYS['bob']}"},
    "small-bearer": {"Authorization": f"bearer {KEYS['alice']}"},
    "blanks": {"X-API-Key": f" {KEYS['bob']} "},
    "bearer-blanks": {"Authorization": f"Bearer   {KEYS['alice']}"},
    "both": {"X-API-Key": KEYS["alice"], "Authorization": f"Bearer {KEYS['bob']}"},
}
WRONG_ONES = {
    "wrong": {"X-API-Key": WRONG},
    "shorter": {"X-API-Key": KEYS["alice"][:-1]},
    "wrong-bearer": {"Authorization": f"Bearer {WRONG}"},
    "name": {"X-API-Key": "alice"},
    "both-first-wrong": {"X-API-Key": WRONG, "Authorization": f"Bearer {KEYS['bob']}"},
}
NONE = {
    "none": {},
    "empty": {"X-API-Key": ""},
    "basic": {"Authorization": f"Basic {KEYS['alice']}"},
    "scheme-only": {"Authorization": "Bearer"},
    "one-word": {"Authorization": f"Bearer{KEYS['alice']}"},
}
# under whatever name: an address and a cookie are no place for a key
NAMES = ("X-API-Key", "x_api_key", "api_key", "apikey", "api-key", "key", "token", "access_token")
ELSEWHERE = {
    "in the address": (f"{PREDICT}?{'&'.join(f'{each}=HERE' for each in NAMES)}", {}),
    "in a cookie": (PREDICT, {"Cookie": "; ".join(f"{each}=HERE" for each in NAMES)}),
}


def holds_a_piece(text):
    """Whether four characters in a row of a key are in a text."""
    keys = (WRONG, *KEYS.values())
    pieces = {key[begin : begin + 4].lower() for key in keys for begin in range(len(key) - 3)}
    return any(piece in text.lower() for piece in pieces)


@pytest.fixture
def told(submission, model, table, once, start, ask):
    """What the service says to each request, by name; `who` is under which client it was kept."""

    def asked():
        said = {}
        with submission.serve(lambda code: keyed(start, model.files, KEYS)) as server:
            for name, headers in {**WITH, **WRONG_ONES, **NONE}.items():
                common = {"Content-Type": "application/json", "X-Request-ID": name}
                said[name] = ask(server.port, PREDICT, table[:1], headers={**common, **headers})
            for name, (path, headers) in ELSEWHERE.items():
                path = path.replace("HERE", KEYS["alice"])
                headers = {
                    key: each.replace("HERE", KEYS["alice"]) for key, each in headers.items()
                }
                said[name] = ask(server.port, path, table[:1], headers=headers)
            said["who"] = ask(server.port, "/who", headers={})
            said["log"] = ask(server.port, "/log", headers={})
        return said

    return once(asked)


@pytest.mark.parametrize("name", WITH)
def test_who_has_a_key_gets_in(told, name):
    answer = told[name]

    assert answer.status == 200, (
        "A right key is taken from X-API-Key, or from Authorization: Bearer (in any case of the "
        "word, and not of the key), blanks around it left aside."
        f"\nsent: {WITH[name]}\n{answer}"
    )


def test_where_both_headers_come_x_api_key_counts(told):
    who = told["who"].json.get("both")

    assert who != "bob", (
        "Both headers came, alice's key in X-API-Key and bob's in Authorization: X-API-Key counts, "
        "and the client is alice.\ncame back: bob"
    )
    answer = told["both-first-wrong"]
    assert answer.status != 200, (
        "Both headers came, a wrong key in X-API-Key and a right one in Authorization: X-API-Key "
        f"counts, so 401 is expected.\n{answer}"
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
    repeated = holds_a_piece(f"{answer.text} {answer.headers}")
    assert not repeated, (
        "The answer repeats a key, or a piece of one: what is refused is said, the key never."
        f"\nsent: {WRONG_ONES[name]}\n{answer}"
    )
    detail = answer.json["detail"]
    assert "valid" in detail and detail != (told["none"].json or {}).get("detail"), (
        "A client whose key is wrong should hear that it is not valid, which is another sentence "
        f"than the one for who sent none.\n{answer}"
    )


def test_no_key_is_in_the_log(told):
    lines = [line for line in told["log"].json if holds_a_piece(line)]

    assert not lines, (
        "A key, or a piece of one, was written to the log, which many read: the log knows clients "
        f"by their names.\nlogged: {lines[0][:300]}"
    )


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


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_key_elsewhere_is_none(told, name):
    answer, (path, headers) = told[name], ELSEWHERE[name]

    assert answer.status == 401, (
        f"A right key {name} is none: an address ends in the logs of every proxy, and a browser "
        "sends a cookie along unasked. Only the two headers count."
        f"\nsent: {headers.get('Cookie', path)}\n{answer}"
    )
