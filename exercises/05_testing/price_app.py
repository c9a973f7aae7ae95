"""A small price service: houses in, and for each of them a price, or a reason why there is none."""

from flask import Flask, request

LIMITS = {"GrLivArea": (200, 10_000), "OverallQual": (1, 10)}


def price_of(house):
    """Return the price of a house in dollars."""
    return round(20_000 + 70 * house["GrLivArea"] + 9_000 * house["OverallQual"], 2)


def errors_of(house):
    """Return what is wrong with a house: the name of each bad field, and why."""
    errors = {}
    for field, (low, high) in LIMITS.items():
        value = house.get(field)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            errors[field] = "A number is needed."
        elif not low <= value <= high:
            errors[field] = f"From {low} to {high} is expected."
    return errors


def answer(houses):
    """Return the body of an answer and its status: 422 where not one house has a price."""
    errors, prices = {}, []
    for row, house in enumerate(houses):
        wrong = errors_of(house)
        if wrong:
            errors[str(row)] = wrong
        prices.append(None if wrong else price_of(house))
    return {"predictions": prices, "errors": errors}, 422 if len(errors) == len(houses) else 200


def predict():
    """Price the houses of a request, a list of JSON objects."""
    houses = request.get_json(silent=True)
    if not isinstance(houses, list) or not houses or not all(isinstance(h, dict) for h in houses):
        return {"message": "A list of houses is expected."}, 400
    return answer(houses)


def health():
    """Say that the service is there."""
    return {"status": "ok"}


def create_app():
    """Return the application."""
    app = Flask("price_app")
    app.add_url_rule("/health", view_func=health)
    app.add_url_rule("/predict", view_func=predict, methods=["POST"])
    return app
