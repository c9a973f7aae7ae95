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
    # TODO: find the key in the headers, ask whose it is, and raise a 401 Problem that says what to
    # do
    raise NotImplementedError("exercise 06.4 is still to do")
