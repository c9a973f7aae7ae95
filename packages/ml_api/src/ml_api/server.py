"""gunicorn around the application, set up from our settings."""

from __future__ import annotations

import contextlib
import logging.config
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from gunicorn import glogging
from gunicorn.app.base import BaseApplication

from ml_api.logs import logging_config
from ml_api.settings import Settings
from ml_api.trial import Trial


def gunicorn_options(settings: Settings) -> dict[str, Any]:
    """Translate our settings into gunicorn's."""
    return {
        "bind": f"{settings.host}:{settings.port}",
        "workers": settings.workers,
        # ours, because a few slow clients bring the stock one to a halt
        "worker_class": "ml_api.worker.Worker",
        "threads": settings.threads,
        # which would need the socket, and our worker collects an answer before it is sent
        "sendfile": False,
        "preload_app": settings.preload,
        "timeout": settings.timeout,
        "graceful_timeout": settings.grace,
        "keepalive": settings.keepalive,
        # the heartbeat file must not wait for a disk
        "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,
        "control_socket_disable": True,
        "logger_class": Logger,
        "loglevel": settings.log_level,
        "proc_name": "ml_api",
        # who may speak for a client is settled by ML_API_PROXIES, in the application
        "forwarded_allow_ips": "*" if settings.proxies else "127.0.0.1,::1",
        "post_worker_init": start_worker,
        "worker_exit": stop_worker,
        "child_exit": forget_worker,
    }


class Logger(glogging.Logger):
    """gunicorn's words as JSON lines, without an access log: the application writes its own."""

    def setup(self, cfg: Any) -> None:
        """Send everything through our configuration."""
        logging.config.dictConfig(logging_config(cfg.loglevel))

    def access(self, *_: Any) -> None:
        """Write nothing, and spend no time on it."""


def start_worker(worker: Any) -> None:
    """Load the model and start the background threads of a worker, after the fork."""
    from ml_api.service import service_of  # pylint: disable=import-outside-toplevel

    service_of(worker.app.wsgi()).start()


def stop_worker(_: Any, worker: Any) -> None:
    """Let a worker that leaves write what it still holds."""
    from ml_api.service import service_of  # pylint: disable=import-outside-toplevel

    # a worker that never came up has nothing to write
    if worker.app.callable is not None:
        service_of(worker.app.wsgi()).stop()


def forget_worker(_: Any, worker: Any) -> None:
    """Take the gauges of a dead worker out of the metrics; its counts stay in the sums."""
    from prometheus_client import multiprocess  # pylint: disable=import-outside-toplevel

    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)


class Server(
    BaseApplication
):  # pylint: disable=abstract-method  # init is for its own command line
    """gunicorn, told by `Settings` instead of a file."""

    def __init__(self, settings: Settings):
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Set gunicorn's options."""
        for name, value in gunicorn_options(self.settings).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the application."""
        from ml_api.app import create_app  # pylint: disable=import-outside-toplevel

        return create_app(self.settings, open_model=False)


def serve(settings: Settings) -> None:
    """Serve until told to stop.

    Raises
    ------
    ModelError
        If there is no model that can be served.
    """
    trial = Trial(settings.model)
    with shared_directory(settings) as shared:
        server = Server(replace(settings, runtime=shared))
        if settings.preload:
            server.wsgi()
        trial.finish()
        server.run()


@contextlib.contextmanager
def shared_directory(settings: Settings) -> Iterator[Path]:
    """Have a directory for what the workers share: their counts, and the model last found good."""
    master = os.getpid()
    shared = settings.runtime or Path(tempfile.mkdtemp(prefix="ml_api-"))
    metrics = shared / "metrics"
    # counts of an earlier run are not ours
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir()
    if settings.metrics:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)
    try:
        yield shared
    finally:
        # workers come this way as well when they end
        if os.getpid() == master:
            os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
            if settings.runtime is None:
                shutil.rmtree(shared, ignore_errors=True)
