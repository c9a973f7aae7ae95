"""/openapi.json for programs and /docs for people: our own page, nothing loaded from elsewhere."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, g, render_template, request
import orjson

from ml_api.model.holder import example_row
from ml_api.web import openapi

blueprint = Blueprint(
    "docs",
    __name__,
    template_folder="../templates",
    static_folder="../static",
    static_url_path="/docs/static",
)

SECURITY_HEADERS = {
    # everything the page needs comes from here, and nobody may put it in a frame
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def current_document() -> dict:
    """Return the OpenAPI document of the application that handles the request."""
    api = current_app.extensions[openapi.EXTENSION]
    return openapi.document(api, g.service, request.script_root)


@blueprint.get("/openapi.json")
def openapi_json() -> Response:
    """Return the OpenAPI document."""
    return Response(orjson.dumps(current_document()), content_type="application/json")


@blueprint.get("/docs")
def docs_page() -> Response:
    """Show the OpenAPI document as a page, with a form to try a prediction."""
    page = render_template("docs.html", api=current_document(), example=example_request())
    return Response(page, headers=SECURITY_HEADERS, content_type="text/html; charset=utf-8")


def example_request() -> str:
    """Return a request body that the model takes."""
    row = example_row(g.service.models.current.schema)
    return orjson.dumps([row], option=orjson.OPT_INDENT_2).decode()
