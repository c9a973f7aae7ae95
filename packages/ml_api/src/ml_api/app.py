"""The application factory."""

from __future__ import annotations

from werkzeug.middleware.proxy_fix import ProxyFix

from ml_api import observe, problems
from ml_api.flasks import Flask
from ml_api.openapi import make_api
from ml_api.routes import batch, docs, features, predictions, status
from ml_api.service import Service
from ml_api.settings import Settings


def create_app(settings: Settings | None = None, *, open_model: bool = True) -> Flask:
    """Make the application; its background threads start with `service_of(app).start()`.

    Parameters
    ----------
    settings : Settings, optional
        Read from the environment when not given.
    open_model : bool
        Load the model now. A process that is going to fork leaves it to its workers: onnxruntime
        runs a thread from its import on, which does not survive a fork.

    Raises
    ------
    SettingsError, KeyFileError, ModelError
        If a setting, the file of API keys or the model cannot be used.
    """
    settings = settings or Settings.from_environ()
    app = Flask("ml_api", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    app.json.sort_keys = False
    app.extensions["ml_api"] = service = Service.build(settings)
    if open_model:
        service.models.open()
    observe.register(app, service)
    api = make_api(app)
    problems.register(app)  # after the API, whose own error format it replaces
    for module in (predictions, batch, features, status):
        api.register_blueprint(module.blueprint)
    app.register_blueprint(docs.blueprint)
    if settings.proxies:
        trusted = dict.fromkeys(("x_for", "x_proto", "x_host", "x_prefix"), settings.proxies)
        app.wsgi_app = ProxyFix(app.wsgi_app, **trusted)  # type: ignore[method-assign]
    return app
