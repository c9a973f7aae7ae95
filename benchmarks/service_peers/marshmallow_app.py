"""Peer: Flask, a marshmallow schema, the scikit-learn pipeline. What most courses end with."""

from flask import Flask, request
from marshmallow import Schema, ValidationError, fields
from service_peers.shared import Pricer, read_columns

KINDS = {"integer": fields.Integer, "number": fields.Float, "text": fields.String}

House = Schema.from_dict(
    {
        column["name"]: KINDS[column["kind"]](
            required=column["required"], allow_none=not column["required"]
        )
        for column in read_columns()
    },
    name="House",
)

app = Flask(__name__)
schema = House(many=True)
pricer = Pricer()


@app.get("/health")
def health():
    """Say that the process is alive."""
    return "ok"


@app.post("/predict")
def predict():
    """Price the houses, or say what is wrong with them."""
    try:
        rows = schema.load(request.get_json())
    except ValidationError as error:
        return {"predictions": None, "errors": error.messages}, 400
    return {"predictions": pricer(rows), "errors": None}
