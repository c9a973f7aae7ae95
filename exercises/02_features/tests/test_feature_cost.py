"""Bytes are counted, time is measured by turns, and the error is compared."""

import json

import pytest

ROWS = [
    {"GrLivArea": 1500 + row, "Neighborhood": "NAmes", "Fence": None, "LotArea": 9000}
    for row in range(8)
]
# what the check of the service takes for each feature, in microseconds a row
DEAR = {"GrLivArea": 4, "Neighborhood": 30, "Fence": 2, "LotArea": 4}
ERRORS = {"GrLivArea": 0.06, "Neighborhood": 0.02, "Fence": -0.001, "LotArea": 0.01}


class SlowRow(dict):
    """A house that takes a while to be read."""

    def __init__(self, row, machine):
        super().__init__(row)
        self.machine = machine

    def __getitem__(self, name):
        self.machine.now += 1e-3
        return super().__getitem__(name)


class Machine:
    """A service, a model and a clock in one, whose time passes only in checks and in reading rows.

    It pauses once, at the check of that number, and it grows slower with every check.
    """

    def __init__(self, *, pause=0.0, at=7, slower=0.0, first=0.0):
        self.now, self.slower, self.first = 100.0, slower, first
        self.pause, self.at = pause, at
        self.checks, self.fitted, self.refused = 0, [], 0

    def clock(self):
        """Return the time in seconds."""
        return self.now

    def checker(self, names):
        """Return the check of a service that knows these features."""
        called = 0

        def check(body):
            nonlocal called
            called += 1
            rows = json.loads(body)
            self.refused += any(set(row) != set(names) for row in rows)
            taken = sum(DEAR[name] for row in rows for name in row) * 1e-6
            self.now += taken * (1 + self.slower * self.checks)
            self.now += self.first * len(names) if called == 1 else 0
            self.checks += 1
            if self.checks == self.at:
                self.now += self.pause

        return check

    def error(self, names):
        """Return the error of a model that has these features."""
        self.fitted.append(sorted(names))
        return 0.3 - sum(ERRORS[name] for name in names)


def measured(code, name, **options):
    """Measure a feature on such a machine; tell the cost, and what the machine saw."""
    machine = Machine(**options)
    rows = [SlowRow(row, machine) for row in ROWS]
    given = code.cost_of(name, rows, machine.checker, machine.error, clock=machine.clock)
    given = {key: float(value) for key, value in given.items()}
    return given, machine.refused, sorted(machine.fitted), rows == ROWS


def test_what_is_certain(submission):
    place, fence, area = submission.run(
        lambda code: [measured(code, name) for name in ("Neighborhood", "Fence", "GrLivArea")]
    )

    assert sorted(fence[0]) == [
        "bytes",
        "error",
        "microseconds",
    ], "A dict of `bytes`, `microseconds` and `error` is wanted"
    assert (place[0]["bytes"], fence[0]["bytes"]) == (25, 15), (
        '`"Neighborhood": "NAmes", ` is 25 bytes of each row, and `"Fence": null, ` 15: count the '
        "bytes of the body with the feature and without, and share them among the rows"
    )
    assert area[0]["error"] == pytest.approx(0.06), (
        "Without GrLivArea the error is 0.06 greater: `error` should be 0.06, "
        "the error without the feature less the error with it"
    )
    assert fence[0]["error"] == pytest.approx(
        -0.001
    ), "Without Fence the error is 0.001 smaller, and that should be told: -0.001"
    assert fence[2] == [
        ["Fence", "GrLivArea", "LotArea", "Neighborhood"],
        ["GrLivArea", "LotArea", "Neighborhood"],
    ], (
        "`error` should be called twice, once with all features and once with all but the one that "
        "is measured: each call fits a model"
    )
    assert area[1] == 0, (
        "A service was sent rows with other features than it knows, and it would refuse them: a "
        "service without a required feature needs a check of its own, `checker(names)`, and is sent "
        "a body of its own, `body_of(rows, names)`"
    )
    assert fence[3], "The rows that were handed in came back changed: the next feature needs them"


def test_what_has_to_be_measured(submission):
    times = [
        ("Neighborhood", {}),
        ("Neighborhood", {"first": 0.005}),
        *[("Neighborhood", {"pause": 0.5, "at": number}) for number in (3, 4, 7)],
        ("Fence", {"slower": 0.02}),
    ]
    steady, first, *pauses, slower = submission.run(
        lambda code: [measured(code, name, **how)[0]["microseconds"] for name, how in times]
    )

    assert steady < 1000, (
        "It is the client who makes a body, and that is no cost of the check: make both bodies "
        f"before the clock is asked. Told were {steady:.0f} microseconds a row, of 30 in the check"
    )
    assert steady == pytest.approx(30, rel=0.01), (
        "The check of Neighborhood takes 30 microseconds a row on this machine: take the time of "
        "the check with the feature and without, share the difference among the rows, and mind "
        "that the clock counts seconds"
    )
    assert first == pytest.approx(30, rel=0.01), (
        "The first call of a check is slower here, as it often is, and the more features the "
        "slower: it should not count"
    )
    assert pauses == pytest.approx([30] * 3, rel=0.01), (
        "The machine paused for half a second in one of the checks, and that became a part of the "
        "cost: a median of several rounds does not mind one of them, a mean does"
    )
    assert slower == pytest.approx(2, abs=2), (
        "The machine grows slower with every check, and what is measured last pays for it: Fence "
        f"takes 2 microseconds and was told to take {slower:.1f}. Measure with and "
        "without the feature by turns"
    )


def test_it_measures_the_real_service(submission, table):
    """The body goes through the check that ml_api makes of every request."""
    houses = json.loads(table.head(20).drop(columns=["Id", "SalePrice"]).to_json(orient="records"))

    def cost(code):
        # pylint: disable=import-outside-toplevel  # runs beside the answer
        from types import SimpleNamespace

        from ml_api.validation.rows import SchemaCheck

        from regression_model.schema import HOUSES, FeatureSchema

        def checker(names):
            schema = FeatureSchema(tuple(each for each in HOUSES if each.name in names))
            check, model = SchemaCheck(5000), SimpleNamespace(schema=schema)

            def asked(body):
                checked = check.check_body(body, model)
                assert not checked.errors, f"The service refused the rows: {checked.errors}"

            return asked

        return code.cost_of("GrLivArea", houses, checker, lambda names: 1 / len(names))

    given = submission.run(cost)
    length = sum(len(f'"GrLivArea": {house["GrLivArea"]}, ') for house in houses) / 20
    assert given["bytes"] == pytest.approx(
        length
    ), f"On the real service GrLivArea brings {length} bytes a row"
