"""Plain mode: no room for the log, while clients ask. For the database, see test_databases."""

import pytest

from faults.ledger import assert_nothing_is_missing, wait_until_well

pytestmark = pytest.mark.slow


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

    assert not clients.broken and not clients.refused
    assert (small_disk / "out.log").stat().st_size == 0
    assert_nothing_is_missing(clients, server.variables["ML_API_STORE"])
    filling.unlink()
