import os
import sqlite3

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from regression_model.scale import cluster, destinations, pieces
from regression_model import HOUSES
from regression_model.cli import app
from regression_model.data import DataError
from regression_model.scale.scoring import Scored, score_file
from regression_model.simulation import simulate_sales
from typer.testing import CliRunner

from postgres_server import PROGRAMS, running_postgres

distributed = pytest.importorskip(
    "distributed", reason="not verified: needs Dask (requirements/ops.txt)"
)
sqlalchemy = pytest.importorskip("sqlalchemy", reason="not verified: needs SQLAlchemy")
# a scheduler tries out ports with sockets that it leaves to the garbage collector
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.slow,
]

ROWS = 240


@pytest.fixture(scope="module", name="local")
def _local():
    """A real cluster: a scheduler and one worker process on loopback."""
    with cluster.local_cluster(1) as one:
        yield one.scheduler_address


@pytest.fixture(name="small_pieces", autouse=True)
def _small_pieces(monkeypatch):
    monkeypatch.setattr(pieces, "PIECE_ROWS", 50)


@pytest.fixture(name="dataset")
def _dataset(tmp_path):
    """Two files of two row groups each, with one bad row."""
    houses = simulate_sales(rows=ROWS, seed=4)
    houses["GrLivArea"] = houses["GrLivArea"].astype(float)
    houses.loc[7, "GrLivArea"] = -5
    folder = tmp_path / "houses"
    folder.mkdir()
    half = ROWS // 2
    for name, part in (("a", houses[:half]), ("b", houses[half:])):
        table = pa.Table.from_pandas(part, preserve_index=False)
        parquet.write_table(table, folder / f"{name}.parquet", row_group_size=half // 2)
    houses.to_parquet(tmp_path / "all.parquet", index=False)
    return folder


@pytest.fixture(name="url", params=["sqlite", "postgresql"])
def _url(request, tmp_path):
    if request.param == "postgresql":
        pytest.importorskip("psycopg", reason="not verified: needs psycopg")
        if not PROGRAMS:
            pytest.skip("not verified: needs PostgreSQL")
        with running_postgres() as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path / 'prices.db'}"


def rows_in(url):
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        order = "SELECT * FROM priced_houses ORDER BY run, piece, row"
        rows = [tuple(row) for row in connection.execute(sqlalchemy.text(order))]
    engine.dispose()
    return rows


def prices_in_one_process(model, tmp_path):
    score_file(model, tmp_path / "all.parquet", tmp_path / "expected.parquet")
    return pd.read_parquet(tmp_path / "expected.parquet")


def test_a_cluster_gives_the_prices_of_one_process(
    model, model_directory, dataset, local, tmp_path
):
    scored = cluster.score_dataset(
        model_directory, dataset, str(tmp_path / "prices"), scheduler=local
    )

    expected = prices_in_one_process(model, tmp_path)
    assert scored == Scored(rows=ROWS, refused=1)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "prices"), expected)


def test_a_database_gets_every_row_and_each_run_a_number(
    model, model_directory, dataset, local, tmp_path
):
    url = f"sqlite:///{tmp_path / 'prices.db'}"
    for _ in range(2):
        cluster.score_dataset(model_directory, dataset, url, scheduler=local)

    with sqlite3.connect(tmp_path / "prices.db") as database:
        query = "SELECT prediction, errors FROM priced_houses WHERE run = ? ORDER BY piece, row"
        runs = [pd.read_sql(query, database, params=(run,)) for run in (1, 2)]
    database.close()
    expected = prices_in_one_process(model, tmp_path)[["prediction", "errors"]]
    for run in runs:
        pd.testing.assert_frame_equal(run, expected, check_dtype=False)


def test_a_piece_done_twice_is_in_the_database_once(model_directory, dataset, tmp_path):
    destination = destinations.DatabaseDestination(f"sqlite:///{tmp_path / 'prices.db'}").begin()
    piece = pieces.cut(dataset, HOUSES)[0]
    for _ in range(2):
        cluster.score_piece(piece, str(model_directory), destination)

    with sqlite3.connect(tmp_path / "prices.db") as database:
        assert database.execute("SELECT count(*) FROM priced_houses").fetchone() == (60,)
    database.close()


def test_what_is_in_the_database_is_what_was_priced(url):
    identities = ["1", None, "", " a,b ", 'c"d', "e\nf", "\\.", "\\N", "NULL", "Ö", "%s"]
    prices = [1 / 3, None, 1e-300, *range(8)]
    errors = ['{"GrLivArea": ["Not a \\"number\\", or two."]}', *[None] * 10]
    columns = {"Id": identities, "prediction": pa.array(prices, pa.float64()), "errors": errors}
    chunk = pa.table(columns)
    destination = destinations.DatabaseDestination(url).begin()

    destination.write(pieces.Piece(5, None, (), 0), iter([chunk[:4], chunk[4:]]))

    expected = zip([1] * 11, [5] * 11, range(11), identities, prices, errors)
    assert rows_in(url) == list(expected)


def test_houses_without_an_id_get_none_in_the_database(url):
    chunk = pa.table({"prediction": [1.5, 2.5], "errors": pa.array([None, None], pa.string())})
    destination = destinations.DatabaseDestination(url).begin()

    destination.write(pieces.Piece(0, None, (), 0), iter([chunk]))

    assert rows_in(url) == [(1, 0, 0, None, 1.5, None), (1, 0, 1, None, 2.5, None)]


def test_others_can_write_to_the_database_while_a_piece_is_priced(tmp_path):
    path = tmp_path / "prices.db"
    destination = destinations.DatabaseDestination(f"sqlite:///{path}").begin()

    def priced():
        other = sqlite3.connect(path, timeout=0)
        other.execute("DELETE FROM priced_houses")
        other.commit()
        other.close()
        yield pa.table({"Id": [7], "prediction": [1.5], "errors": pa.array([None], pa.string())})

    destination.write(pieces.Piece(0, None, (), 0), priced())

    assert rows_in(destination.url) == [(1, 0, 0, "7", 1.5, None)]


def test_a_dataset_is_cut_at_its_row_groups(dataset):
    cut = pieces.cut(dataset, HOUSES)

    assert [(piece.path.name, piece.groups) for piece in cut] == [
        ("a.parquet", (0,)),
        ("a.parquet", (1,)),
        ("b.parquet", (0,)),
        ("b.parquet", (1,)),
    ]


def test_small_row_groups_make_one_piece(dataset, monkeypatch):
    monkeypatch.setattr(pieces, "PIECE_ROWS", 100)

    assert [piece.groups for piece in pieces.cut(dataset, HOUSES)] == [(0, 1), (0, 1)]
    monkeypatch.setattr(pieces, "PIECE_ROWS", 1000)
    assert [piece.groups for piece in pieces.cut(dataset, HOUSES)] == [(0, 1), (0, 1)]


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(DataError, match="no Parquet files"):
        pieces.cut(tmp_path, HOUSES)


def test_a_file_that_is_no_parquet_is_an_error(tmp_path):
    (tmp_path / "houses.parquet").write_text("Id\n1\n")

    with pytest.raises(DataError, match="cannot be read as a table"):
        pieces.cut(tmp_path, HOUSES)


def test_the_columns_of_every_file_are_checked_before_work_begins(dataset):
    late = dataset / "c.parquet"
    simulate_sales(5).drop(columns="YrSold").rename(columns={"MoSold": "yrsold"}).to_parquet(late)

    with pytest.raises(DataError, match=r"c.parquet has no column YrSold \(is it yrsold\?\)"):
        pieces.cut(dataset, HOUSES)


def test_a_failure_leaves_nothing_behind_and_what_lies_beside_alone(
    model_directory, dataset, local, tmp_path, monkeypatch
):
    neighbour = tmp_path / "prices.part"
    neighbour.mkdir()
    before = set(tmp_path.iterdir())
    gone = pieces.Piece(0, tmp_path / "gone.parquet", (0,), 5)
    monkeypatch.setattr(cluster, "cut", lambda *_: [gone])

    with pytest.raises(DataError, match="There is no file"):
        cluster.score_dataset(model_directory, dataset, str(tmp_path / "prices"), scheduler=local)

    assert set(tmp_path.iterdir()) == before


def test_a_folder_that_is_there_is_not_overwritten(model_directory, dataset, local, tmp_path):
    with pytest.raises(DataError, match="is there already"):
        cluster.score_dataset(model_directory, dataset, str(tmp_path), scheduler=local)


def test_a_database_out_of_reach_is_an_error_without_its_password(
    model_directory, dataset, local, tmp_path
):
    url = f"sqlite:///{tmp_path}/nowhere/secret.db"
    with pytest.raises(DataError, match="database cannot be used") as caught:
        cluster.score_dataset(model_directory, dataset, url, scheduler=local)
    assert "secret" not in str(caught.value)


def test_a_scheduler_that_is_not_there_is_an_error(model_directory, dataset, tmp_path):
    with pytest.raises(DataError, match="No Dask scheduler answers"):
        cluster.score_dataset(
            model_directory, dataset, str(tmp_path / "out"), scheduler="nonsense://127.0.0.1:1"
        )


def test_without_dask_the_error_says_what_to_install(
    model_directory, dataset, tmp_path, monkeypatch
):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)

    with pytest.raises(DataError, match=r"regression_model\[train,cluster\]"):
        cluster.score_dataset(model_directory, dataset, str(tmp_path / "out"))


def test_the_command_starts_workers_of_its_own(model_directory, dataset, tmp_path):
    command = ["predict", "--data", dataset, "--out", tmp_path / "prices", "--model"]
    command += [model_directory, "--scheduler", "local", "--workers", "1", "--json"]
    result = CliRunner().invoke(app, [str(part) for part in command])

    assert result.exit_code == 0, result.output
    assert '"rows": 240, "refused": 1' in result.stdout
    assert len(pd.read_parquet(tmp_path / "prices")) == ROWS


def test_local_workers_keep_memory_for_the_next_chunk(local):
    with distributed.Client(local) as client:
        settings = client.run(os.getenv, "MALLOC_TRIM_THRESHOLD_")

    assert list(settings.values()) == [None]


def test_workers_without_a_local_scheduler_are_refused(model_directory, dataset, tmp_path):
    command = ["predict", "--data", dataset, "--out", tmp_path / "prices", "--model"]
    command += [model_directory, "--workers", "2"]
    result = CliRunner().invoke(app, [str(part) for part in command])

    assert result.exit_code == 1
    assert "--workers goes with --scheduler local" in result.output
