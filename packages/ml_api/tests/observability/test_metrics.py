from ml_api.observability.metrics import DIRECTORY, Metrics
from prometheus_client import values


def test_numbers_of_all_processes_are_summed_and_gauges_are_the_latest(monkeypatch, tmp_path):
    monkeypatch.setenv(DIRECTORY, str(tmp_path))
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)  # put back at the end
    metrics = Metrics()
    metrics.rows(3, 1)
    metrics.rows(2, 0)
    metrics.gauge("ml_api_waiting", "Records that wait.").set(7)

    text = metrics.text().decode()
    assert 'ml_api_rows_total{outcome="priced"} 5.0' in text
    assert "ml_api_waiting 7.0" in text


def test_two_applications_in_one_process_count_for_themselves():
    first, second = Metrics(), Metrics()
    first.rows(1, 0)

    assert b'outcome="priced"' in first.text()
    assert b'outcome="priced"' not in second.text()
