"""Peer: FastAPI, a pydantic model, the scikit-learn pipeline."""

# pylint: disable=import-error  # installed in .bench/peers, not beside the course
from fastapi import FastAPI
from pydantic import create_model
from regression_model import HOUSES
from service_peers.shared import Pricer, kind_of


def field(feature):
    """Return the type and default of one field."""
    kind = kind_of(feature)
    return (kind, ...) if feature.required else (kind | None, None)


House = create_model("House", **{feature.name: field(feature) for feature in HOUSES})

app = FastAPI()
pricer = Pricer()


@app.post("/predict")
def predict(houses: list[House]):
    """Price the houses; pydantic has checked them."""
    return {"predictions": pricer([house.model_dump() for house in houses])}
