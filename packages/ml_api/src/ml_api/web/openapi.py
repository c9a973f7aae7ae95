"""The OpenAPI document: written by flask-smorest from the routes, completed from the model.

Routes do not change while the service runs, but the model may, and the schema of a row comes from
the model: it is put in whenever the document is asked for.
"""

from __future__ import annotations

from typing import Any

import flask_smorest
from flask import Flask

from ml_api.service import Service
from ml_api.validation.answers import ProblemSchema
from ml_api.validation.row_schema import row_schema
from ml_api.version import __version__
from ml_api.web import problems
from ml_api.web.hooks import KEYED_PREFIXES

EXTENSION = "ml_api.openapi"
SECURITY = {
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "bearer": {"type": "http", "scheme": "bearer"},
}


class Api(flask_smorest.Api):
    """flask-smorest, with problem documents as its errors."""

    ERROR_SCHEMA = ProblemSchema

    def _register_responses(self) -> None:
        # flask-smorest has no word for errors of another content type than answers
        self.__dict__["DEFAULT_RESPONSE_CONTENT_TYPE"] = problems.CONTENT_TYPE
        super()._register_responses()
        del self.__dict__["DEFAULT_RESPONSE_CONTENT_TYPE"]

    def _register_pagination_header(self) -> None:
        """Leave out what no route uses."""


def make_api(app: Flask) -> Api:
    """Attach the writer of the document to `app`."""
    app.config.update(
        API_TITLE="House prices",
        API_VERSION=__version__,
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={
            "info": {"description": "What would a house sell for? Rows in, US dollars out."}
        },
    )
    api = Api(app)
    app.extensions[EXTENSION] = api
    return api


def document(api: Api, service: Service, root: str = "") -> dict[str, Any]:
    """Return the OpenAPI document as it is now.

    Parameters
    ----------
    api, service
        Where the routes are known, and where the model is.
    root : str
        Path under which the service is reached, when a proxy put it under one.
    """
    written = api.spec.to_dict()
    written["servers"] = [{"url": root or "/"}]
    components = written["components"]
    house = api.ma_plugin.converter.schema2jsonschema(row_schema(service.models.current.schema))
    components["schemas"]["House"] = {
        **house,
        "description": 'One house. What is not required may be left out, null, "" or "NA".',
    }
    # contains says it exactly: one good row is enough, a bad one beside it is reported. How many
    # rows at most is a sentence, not maxItems: more get 413, which is no fault of their content
    components["schemas"]["Houses"] = {
        "type": "array",
        "description": f"At least one good row, at most {service.settings.max_rows} rows.",
        "contains": {"$ref": "#/components/schemas/House"},
    }
    if service.keys:
        components["securitySchemes"] = SECURITY
        for path, operations in written["paths"].items():
            if path.startswith(KEYED_PREFIXES):
                for operation in operations.values():
                    operation["security"] = [{name: []} for name in SECURITY]
    return written
