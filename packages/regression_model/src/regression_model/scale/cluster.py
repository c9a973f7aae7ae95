"""Price a Parquet dataset on a Dask cluster: many processes on this machine, or many machines.

The dataset is cut into pieces of whole row groups. A worker loads the model once, reads its piece
chunk by chunk, and writes the result itself: only counts travel to the scheduler, so that it never
becomes the bottleneck. A piece that is done twice, because a worker died, replaces its own result
and nothing else.

Dask makes its workers give memory back at once, so that every chunk fetches it anew, which is slow.
Workers of `local_cluster` are spared that; start those of a cluster of
yours with MALLOC_TRIM_THRESHOLD_=67108864 and MALLOC_MMAP_THRESHOLD_=33554432 in the environment.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any


from regression_model.artefact import Model, load_model
from regression_model.data import DataError, read_chunks
from regression_model.scale.destinations import Destination, destination_of
from regression_model.scale.pieces import Piece, cut
from regression_model.scale.scoring import Scored
from regression_model.scale.writing import Progress

LOCAL = "local"
_GIVES_BACK_MEMORY = "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_"


def score_dataset(
    directory: str | Path,
    data: str | Path,
    out: str,
    *,
    scheduler: str = LOCAL,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Scored:
    """Price the houses of a Parquet dataset on a Dask cluster.

    Parameters
    ----------
    directory : str or Path
        Directory of the model. Like `data` and `out`, it must mean the same to every worker.
    data : str or Path
        A Parquet file, or a folder of them.
    out : str
        A folder to make, of one Parquet file per piece; or the URL of a database, whose table
        `priced_houses` the rows are added to.
    scheduler : str
        "local" for processes on this machine, or the address of a running Dask scheduler.
    workers : int, optional
        Number of local processes; as many as there are cores if not given.
    progress : callable, optional
        Called with the number of rows of each piece done.

    Returns
    -------
    Scored

    Raises
    ------
    DataError
        If the dataset cannot be read, the destination is taken, or the scheduler is out of reach.
    ModelError
        If the directory holds no model that can be used.
    """
    # a worker would find out as well what is wrong with either, but later and far away
    pieces = cut(Path(data), load_model(directory).schema)
    total = Scored()
    with _client(scheduler, workers) as client:
        from distributed import as_completed  # pylint: disable=import-outside-toplevel  # an extra

        destination = destination_of(out).begin()
        futures = client.map(
            score_piece, pieces, directory=str(directory), destination=destination, pure=False
        )
        try:
            for future in as_completed(futures):
                scored = future.result()
                total.rows += scored.rows
                total.refused += scored.refused
                if progress:
                    progress(scored.rows)
        except BaseException:
            client.cancel(futures)
            destination.abandon()
            raise
    destination.finish()
    return total


def score_piece(piece: Piece, directory: str, destination: Destination) -> Scored:
    """Price one piece and write the result: what a worker does.

    Parameters
    ----------
    piece : Piece
        What to price.
    directory : str
        Directory of the model.
    destination : Destination
        Where the result goes.

    Returns
    -------
    Scored
    """
    model, scored = _model(directory), Scored()
    chunks = read_chunks(piece.path, model.schema, groups=piece.groups)
    destination.write(piece, scored.score(model, chunks))
    return scored


@lru_cache(maxsize=1)
def _model(directory: str) -> Model:
    return load_model(directory)


@contextmanager
def _client(scheduler: str, workers: int | None):
    try:
        from distributed import Client  # pylint: disable=import-outside-toplevel
    except ImportError:
        raise DataError(
            "Scoring on a cluster needs Dask: install regression_model[train,cluster]."
        ) from None
    if scheduler == LOCAL:
        with local_cluster(workers) as cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(scheduler, timeout=10)
    except (OSError, ValueError) as error:
        raise DataError(f"No Dask scheduler answers at {scheduler}: {error}") from error
    with client:
        yield client


@contextmanager
def local_cluster(workers: int | None = None) -> Iterator[Any]:
    """Start a Dask scheduler and workers of one thread on this machine, and end them afterwards.

    Parameters
    ----------
    workers : int, optional
        Number of processes; as many as there are cores if not given.

    Yields
    ------
    distributed.LocalCluster
    """
    import dask  # pylint: disable=import-outside-toplevel  # an extra
    from distributed import LocalCluster  # pylint: disable=import-outside-toplevel

    with (
        dask.config.set({_GIVES_BACK_MEMORY: None}),
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0"
        ) as cluster,
    ):
        yield cluster
