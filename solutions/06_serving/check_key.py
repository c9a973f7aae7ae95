"""`check_key` of `ml_api.web.hooks`."""

from __future__ import annotations

from flask import Flask, Response, g, request
from ml_api.auth.api_keys import ApiKeys
from ml_api.web.problems import Problem


def check_key(keys: ApiKeys) -> str:
    """Return the name of the API key that came with the request.

    Raises
    ------
    Problem
        401 when none came or it is not in force; which of the two is said, the key never.
    """
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    key = request.headers.get("X-API-Key") or (bearer if scheme.lower() == "bearer" else "")
    challenge = {"WWW-Authenticate": 'Bearer realm="ml_api"'}
    if not key:
        detail = "Send your API key in the header X-API-Key, or as Authorization: Bearer."
        raise Problem(401, detail, challenge)
    owner = keys.owner(key.strip())
    if owner is None:
        raise Problem(401, "This API key is not valid.", challenge)
    return owner
