"""Plain mode: the clock of the machine is set back or forth while the service runs."""

import time

import pytest

from abuse import PREDICT
from kept import kept_ids

HOUR = 3600
REAL_TIME, REAL_TIME_NS = time.time, time.time_ns


@pytest.fixture
def set_clock(monkeypatch):
    """Set the clock of this process by so many seconds; monotonic clocks go on as they do."""

    def set_by(seconds):
        monkeypatch.setattr(time, "time", lambda: REAL_TIME() + seconds)
        monkeypatch.setattr(time, "time_ns", lambda: REAL_TIME_NS() + int(seconds * 1e9))

    return set_by


@pytest.mark.parametrize("jump", [-HOUR, HOUR, -20 * 365 * 24 * HOUR, 100 * 365 * 24 * HOUR])
def test_a_clock_that_jumps_loses_nothing_and_makes_no_negative_times(
    make_client, house, settings, set_clock, jump, log_lines
):
    client, ids = make_client(), []
    for seconds in (0, jump, 0, jump):
        set_clock(seconds)
        for _ in range(5):
            answer = client.post(PREDICT, json=[house])
            assert answer.status_code == 200
            ids.append(answer.headers["X-Request-ID"])

    assert kept_ids(settings.store) == sorted(ids)
    assert all(0 <= line["ms"] < 60_000 for line in log_lines())
    metrics = client.get("/metrics").data.decode()
    (total,) = [
        each for each in metrics.splitlines() if "_seconds_sum{" in each and PREDICT in each
    ]
    assert 0 <= float(total.split()[-1]) < 60
