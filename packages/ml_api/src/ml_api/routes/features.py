"""What the model looks at, for people: descriptions, limits, codes and their labels."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_smorest import Blueprint

from ml_api.validation.answers import FeaturesSchema

blueprint = Blueprint(
    "features", __name__, url_prefix="/v1", description="What the model looks at."
)


@blueprint.get("/features")
@blueprint.response(200, FeaturesSchema, description="All features, in the order of the model.")
@blueprint.alt_response(401, "UNAUTHORIZED", description="No API key, or one not in force.")
def features() -> dict[str, Any]:
    """List the features with their limits, their codes and what each code means."""
    model = g.service.models.current
    return {"version": model.version, "features": model.schema}
