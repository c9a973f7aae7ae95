"""The parsed header of Werkzeug."""

from __future__ import annotations

from flask import request

from ml_api.auth.api_keys import ApiKeys
from ml_api.web.problems import Problem

REALM = {"WWW-Authenticate": 'Bearer realm="ml_api"'}


def check_key(keys: ApiKeys) -> str:
    """Return the name of the API key that came with the request."""
    given = request.headers.get("X-API-Key")
    if not given and request.authorization and request.authorization.type == "bearer":
        given = request.authorization.token
    if not given:
        raise Problem(401, "Send your API key in X-API-Key or as Bearer token.", REALM)
    name = keys.owner(given.strip())
    if not name:
        raise Problem(401, "Your API key is not valid any more, or never was.", REALM)
    return name
