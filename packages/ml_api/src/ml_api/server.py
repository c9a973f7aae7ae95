"""gunicorn around the application, set up from our settings."""

from __future__ import annotations

import contextlib
import gc
import importlib
import logging.config
import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import Any

from flask import Flask
from gunicorn import glogging
from gunicorn.app.base import BaseApplication
from prometheus_client import multiprocess
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from ml_api.app import create_app
from ml_api.observability.logs import logging_config
from ml_api.observability.metrics import DIRECTORY
from ml_api.service import service_of
from ml_api.settings import Settings


def gunicorn_options(settings: Settings) -> dict[str, Any]:
    """Translate our settings into gunicorn's."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return {
        "bind": f"{host}:{settings.port}",
        "workers": settings.workers,
        "worker_class": "gthread",
        "threads": settings.threads,
        # the heartbeat file must not wait for a disk
        "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,
        "control_socket_disable": True,
        "logger_class": Logger,
        "proc_name": "ml_api",
        # who may speak for a client is settled by ML_API_PROXIES, in the application
        "forwarded_allow_ips": "*" if settings.proxies else "127.0.0.1,::1",
        "pre_request": close_after_a_bad_body,
        "worker_exit": close_service,
        "child_exit": forget_worker,
    }


class Logger(glogging.Logger):
    """gunicorn's words as JSON lines, without an access log: the application writes its own."""

    def setup(self, cfg: Any) -> None:
        """Send everything through our configuration."""
        logging.config.dictConfig(logging_config(("ml_api", "gunicorn.error")))

    def access(self, *_: Any) -> None:
        """Write nothing."""


class Body:
    """The body of a request: when it is not well formed, the connection closes after the answer.

    Parameters
    ----------
    request : gunicorn's Request
        Nobody can tell where on its connection the next one would begin.
    """

    def __init__(self, request: Any):
        self._request, self._body = request, request.body

    def read(self, size: int | None = None) -> bytes:
        """Read up to `size` bytes."""
        try:
            return self._body.read(size)
        except Exception:
            self._request.force_close()
            raise


def close_after_a_bad_body(_: Any, request: Any) -> None:
    """Put `Body` around the body of a request."""
    request.body = Body(request)


def close_service(_: Any, worker: Any) -> None:
    """Let a worker that leaves finish what it still has to write."""
    # a worker that never came up has nothing to write
    if worker.app.callable is not None:
        service_of(worker.app.callable).store.close()


def forget_worker(_: Any, worker: Any) -> None:
    """Take the gauges of a dead worker out of the metrics; its counts stay in the sums."""
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

    def load(self) -> Flask:
        """Make the application, in a worker: what a model runs on does not survive a fork."""
        return create_app(self.settings)


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    share_memory(settings)
    with metrics_directory():
        Server(settings).run()


def share_memory(settings: Settings) -> None:
    """Import what models and the database need before the workers fork: they share its memory."""
    # its telemetry is a thread, which no fork survives: a worker would wait for it when it leaves
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    importlib.import_module("onnxruntime")
    if settings.store:
        with contextlib.suppress(ArgumentError, ImportError):  # told by the store
            make_url(settings.store).get_dialect().import_dbapi()
    gc.freeze()  # a collection writes into each object that it looks at, and would unshare them


@contextlib.contextmanager
def metrics_directory() -> Iterator[None]:
    """Have a directory in which the workers count."""
    main_process = os.getpid()
    os.environ[DIRECTORY] = tempfile.mkdtemp(prefix="ml_api-")
    try:
        yield
    finally:
        # workers come this way as well when they end, and must not take the directory with them
        if os.getpid() == main_process:
            shutil.rmtree(os.environ.pop(DIRECTORY), ignore_errors=True)
