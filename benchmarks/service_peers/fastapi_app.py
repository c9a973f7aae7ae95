"""Peer: FastAPI, a pydantic model, the scikit-learn pipeline."""

# pylint: disable=import-error  # installed in .bench/peers, not beside the course
from fastapi import FastAPI
from pydantic import create_model
from service_peers.shared import Pricer, read_columns

KINDS = {"integer": int, "number": float, "text": str}


def field(column):
    """Return the type and default of one field."""
    kind = KINDS[column["kind"]]
    return (kind, ...) if column["required"] else (kind | None, None)


House = create_model("House", **{column["name"]: field(column) for column in read_columns()})

app = FastAPI()
pricer = Pricer()


@app.get("/health")
def health():
    """Say that the process is alive."""
    return "ok"


@app.post("/predict")
def predict(houses: list[House]):
    """Price the houses; pydantic has checked them."""
    return {"predictions": pricer([house.model_dump() for house in houses])}
