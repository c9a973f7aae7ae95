"""The application factory."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from ml_api.observability import logs
from ml_api.routes import batch, docs, explanations, features, predictions, status
from ml_api.service import Service
from ml_api.settings import Settings, read_environ
from ml_api.web import hooks, openapi, problems


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application, its model loaded.

    Parameters
    ----------
    settings : Settings, optional
        Read from the environment when not given.

    Returns
    -------
    Flask
        Ready to serve, by any WSGI server. A server that forks calls this in each worker.

    Raises
    ------
    SettingsError, KeyFileError, StoreError, ModelError
        If a setting, the file of API keys, the database URL or the model cannot be used.
    """
    settings = settings or read_environ(Settings)
    logs.configure()
    app = Flask("ml_api", static_folder=None)
    app.json.sort_keys = False
    service = Service.plain(settings)
    if settings.mode == "production":
        # the one place that names it; the seam is described in `service`
        from ml_api import production  # pylint: disable=import-outside-toplevel

        service = production.install(service)
    service.models.open()
    app.extensions["ml_api"] = service
    hooks.register(app, service)
    api = openapi.make_api(app)
    problems.register(app)  # after the API, whose own error format it replaces
    for module in (predictions, batch, features, status, explanations):
        api.register_blueprint(module.blueprint)
    api.register_blueprint(predictions.blueprint_v2)
    app.register_blueprint(docs.blueprint)
    if settings.proxies:
        trusted = dict.fromkeys(("x_for", "x_proto", "x_host", "x_prefix"), settings.proxies)
        app.wsgi_app = ProxyFix(app.wsgi_app, **trusted)  # type: ignore[method-assign]
    return app
