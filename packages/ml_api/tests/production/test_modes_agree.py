"""While the database is well, both modes answer alike: the same status, the same body."""

import pytest
from ml_api.app import create_app
from ml_api.service import service_of
from ml_api.settings import Settings

from abuse import ABUSES, GOOD, rows
from servers import wait_until

PREDICT = "/v1/predict/regression"


@pytest.fixture(scope="module")
def clients(model_dir, tmp_path_factory):
    """A client of each mode, the compiled check in force."""
    apps = []
    for mode in ("plain", "production"):
        store = f"sqlite:///{tmp_path_factory.mktemp(mode)}/predictions.db"
        apps.append(create_app(Settings(mode=mode, model=model_dir, store=store)))
    service = service_of(apps[1])
    model = service.models.current
    wait_until(
        lambda: not isinstance(service.check.check_body(rows(GOOD), model).good, list),
        "the compiled check",
    )
    yield [app.test_client() for app in apps]
    for app in apps:
        service_of(app).store.close()


def ask(client, abuse):
    response = client.open(abuse.path, method=abuse.method, data=abuse.body, headers=abuse.headers)
    return response.status_code, response.content_type, response.data


@pytest.mark.parametrize("abuse", ABUSES, ids=lambda abuse: abuse.name)
def test_a_bad_or_odd_request_gets_the_same_answer_in_both_modes(clients, abuse):
    if abuse.path == "/metrics":
        return  # each mode has counts of its own
    named = abuse._replace(headers={**abuse.headers, "X-Request-ID": "same"})

    plain, production = (ask(client, named) for client in clients)

    assert plain == production


def test_many_good_rows_get_the_same_prices_in_both_modes(clients):
    houses = [GOOD | {"GrLivArea": 900 + 10 * number} for number in range(200)]

    plain, production = (client.post(PREDICT, json=houses).json for client in clients)

    assert plain == production
