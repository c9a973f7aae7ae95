"""`make_prediction`: rows in, one price or one reason per row out."""

import math

from regression_model.artefact import Model, current_model
from regression_model.encoding import encode_input

NO_PRICE = "The model cannot price this house: what it computes is not finite."


def make_prediction(input_data, model=None):
    if not isinstance(model, Model):
        model = current_model(model)
    matrix, errors = encode_input(input_data, model.schema)
    return {
        "predictions": price_rows(model, matrix, errors),
        "version": model.version,
        "errors": errors,
    }


def price_rows(model, matrix, errors):
    return [price_row(model, matrix, errors, row) for row in range(len(matrix))]


def price_row(model, matrix, errors, row):
    if row in errors:
        return None
    price = model.predict(matrix[row : row + 1]).item()
    if math.isfinite(price):
        return price
    errors[row] = {"_schema": [NO_PRICE]}
    return None
