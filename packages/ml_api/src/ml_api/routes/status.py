"""Is it alive, is it well, what is it: /health, /ready, /version and /metrics."""

from __future__ import annotations

from typing import Any

from flask import Response, g
from flask_smorest import Blueprint

from ml_api.observability.metrics import CONTENT_TYPE
from ml_api.validation.answers import ReadySchema, VersionSchema

blueprint = Blueprint("status", __name__, description="Is it alive, is it well, what is it?")

_TEXT = {"content": {"text/plain": {"schema": {"type": "string"}}}}


@blueprint.get("/health")
@blueprint.doc(responses={"200": {"description": "The word ok.", **_TEXT}})
def health() -> Response:
    """Say that the process is alive."""
    return Response("ok", content_type="text/plain; charset=utf-8")


@blueprint.get("/ready")
@blueprint.response(200, ReadySchema, description="Requests can be answered.")
@blueprint.alt_response(503, schema=ReadySchema, description="Predictions cannot be kept now.")
def ready() -> Any:
    """Say whether requests can be answered, and what is not as it should be."""
    state = g.service.state()
    return state, 503 if state["status"] == "unavailable" else 200


@blueprint.get("/version")
@blueprint.response(200, VersionSchema, description="The versions.")
def version() -> dict[str, str]:
    """Say which model and which service this is."""
    return g.service.versions()


@blueprint.get("/metrics")
@blueprint.doc(responses={"200": {"description": "Prometheus text format.", **_TEXT}})
def metrics() -> Response:
    """Report counts and times of all worker processes."""
    return Response(g.service.metrics.text(), content_type=CONTENT_TYPE)
