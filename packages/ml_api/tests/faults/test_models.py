"""Plain mode: the directory of the model is replaced while clients ask."""

import shutil

import pytest

from models import make_model
from servers import wait_until

from faults.ledger import ready

pytestmark = pytest.mark.slow
OLD, NEW = "1.0.0+00000001", "1.0.0+00000002"


@pytest.fixture
def directory(tmp_path):
    return make_model(tmp_path / "served", version=OLD)


def put_in_place(new, directory):
    """Move a model in, as training does: there is a moment with none."""
    directory.rename(directory.with_name("before"))
    new.rename(directory)


def answers_since(clients, before):
    return {name: answer for name, answer in clients.answered.items() if name not in before}


def test_each_answer_is_wholly_from_one_model_while_a_new_one_takes_over(
    start_server, load, directory, tmp_path
):
    server = start_server(ML_API_MODEL=directory)
    clients = load(server)
    # a worker that is still starting would find no model, or a broken one, and end the server
    wait_until(lambda: len(server.answering()) == 2, "both workers")
    put_in_place(make_model(tmp_path / "new", version=NEW, base=8.0), directory)

    def all_new():
        before = set(clients.answered)
        clients.wait_for(40)
        return {each["version"] for each in answers_since(clients, before).values()} == {NEW}

    wait_until(all_new, "every worker to take the new model")
    clients.stop()

    assert not clients.untrue and not clients.broken
    prices = {(each["version"], each["predictions"][0]) for each in clients.answered.values()}
    assert sorted(version for version, _ in prices) == [OLD, NEW]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("half copied", "model.onnx"),
        ("other weights", "model.onnx"),
        ("no manifest", "no model"),
        ("not finite", "example row"),
    ],
)
def test_a_broken_model_is_refused_and_the_old_one_goes_on(
    start_server, load, directory, tmp_path, fault, says
):
    server = start_server(ML_API_MODEL=directory)
    clients = load(server)
    # a worker that is still starting would find no model, or a broken one, and end the server
    wait_until(lambda: len(server.answering()) == 2, "both workers")
    new = make_model(tmp_path / "new", version=NEW, base=1e30 if fault == "not finite" else 8.0)
    if fault == "half copied":
        (new / "model.onnx").write_bytes((new / "model.onnx").read_bytes()[:100])
    elif fault == "other weights":
        other = make_model(tmp_path / "other", base=9.0)
        shutil.copy(other / "model.onnx", new / "model.onnx")
    elif fault == "no manifest":
        (new / "manifest.json").unlink()
    put_in_place(new, directory)
    state = wait_until(lambda: refusal(server), "/ready to say why")
    clients.wait_for(50)
    clients.stop()

    assert state["status"] == "degraded"
    assert state["model"]["version"] == OLD
    assert says in state["model"]["refused"]
    assert not clients.untrue and not clients.broken
    assert {each["version"] for each in clients.answered.values()} == {OLD}


def refusal(server):
    state = ready(server)
    return state if state["model"]["refused"] else None
