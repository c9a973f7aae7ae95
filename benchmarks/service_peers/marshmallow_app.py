"""Peer: Flask, a marshmallow schema, the scikit-learn pipeline. What most courses end with."""

from flask import Flask, request
from marshmallow import Schema, ValidationError, fields
from regression_model import HOUSES
from service_peers.shared import Pricer, kind_of

KINDS = {int: fields.Integer, float: fields.Float, str: fields.String}

House = Schema.from_dict(
    {
        each.name: KINDS[kind_of(each)](required=each.required, allow_none=not each.required)
        for each in HOUSES
    },
    name="House",
)

app = Flask(__name__)
schema = House(many=True)
pricer = Pricer()


@app.post("/predict")
def predict():
    """Price the houses, or say what is wrong with them."""
    try:
        rows = schema.load(request.get_json())
    except ValidationError as error:
        return {"predictions": None, "errors": error.messages}, 400
    return {"predictions": pricer(rows), "errors": None}
