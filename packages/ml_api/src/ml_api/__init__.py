"""A Flask service around `regression_model`: rows in, prices out, every error explained."""

from ml_api.app import create_app
from ml_api.version import __version__

__all__ = ["__version__", "create_app"]
