"""No room for logs or for the spool, while clients ask."""

from servers import wait_until

from faults.ledger import kept_ids, metric, wait_for_trouble, wait_until_well


def test_without_room_for_the_log_clients_are_answered_and_predictions_kept(
    start_server, load, small_disk, filled
):
    server = start_server()
    server.stop()
    server.folder = small_disk  # where its standard output and error go
    filling = filled()
    server.start()
    clients = load(server)
    clients.wait_for(50)
    clients.stop()
    wait_until_well(server)

    assert not clients.untrue and not clients.broken
    assert (small_disk / "out.log").stat().st_size == 0
    assert kept_ids(server.variables["ML_API_STORE"]) == sorted(clients.answered)
    filling.unlink()


def test_without_room_for_the_spool_predictions_wait_in_memory(
    start_server, load, small_disk, filled
):
    server = start_server(ML_API_SPOOL=small_disk / "spool")
    clients = load(server)
    filling = filled()
    wait_for_trouble(server, "No space left")
    clients.wait_for(50)
    filling.unlink()
    clients.wait_for(50)
    clients.stop()
    wait_until_well(server)

    assert not clients.untrue and not clients.broken
    assert metric(server, "ml_api_store_lost_total") == 0
    assert kept_ids(server.variables["ML_API_STORE"]) == sorted(clients.answered)


def test_a_spool_that_filled_its_disk_is_emptied_when_the_database_is_back(
    start_server, load, small_disk, filled, tmp_path
):
    url = f"sqlite:///{tmp_path}/mounted/predictions.db"
    server = start_server(ML_API_SPOOL=small_disk / "spool", ML_API_STORE=url)
    clients = load(server)
    wait_for_trouble(server, "unable to open")
    filled()
    clients.wait_for(20)
    clients.stop()
    (tmp_path / "mounted").mkdir()
    wait_until_well(server)

    assert not clients.untrue and not clients.broken
    # /ready speaks for the worker that answers; the other one may have a last record in memory
    wait_until(lambda: kept_ids(url) == sorted(clients.answered), "all to be stored")
