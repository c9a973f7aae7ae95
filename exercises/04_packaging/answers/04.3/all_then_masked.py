"""`make_prediction`: rows in, one price or one reason per row out."""

import numpy as np

from regression_model.artefact import Model, current_model
from regression_model.encoding import encode_input

NO_PRICE = "The model cannot price this house: what it computes is not finite."


def make_prediction(input_data, model=None):
    chosen = model if isinstance(model, Model) else current_model(model)
    matrix, errors = encode_input(input_data, chosen.schema)
    prices = price_rows(chosen, matrix, errors)
    return dict(errors=errors, version=chosen.version, predictions=prices)


def price_rows(model, matrix, errors):
    # a row with errors is computed, too, and what comes out is thrown away
    computed = model.predict(matrix)
    prices = []
    for row, price in enumerate(computed):
        if row in errors:
            prices.append(None)
        elif np.isfinite(price):
            prices.append(float(price))
        else:
            prices.append(None)
            errors[row] = {"_schema": [NO_PRICE]}
    return prices
