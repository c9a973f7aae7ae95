"""A small training, from a file of sales to a file with a model: NumPy and nothing else.

A network with one hidden layer learns the logarithm of the price. It learns in steps, from a few
sales at a time, and can be stopped after any step, written down, and gone on with.
"""

import csv
import json

import numpy as np

COLUMNS = ["GrLivArea", "OverallQual", "YearBuilt"]
PARTS = ("inner", "offset", "outer", "constant")
HIDDEN, BATCH, RATE = 24, 20, 0.02
STEPS, QUICK_STEPS, QUICK_ROWS = 300, 20, 30


def start(columns, seed=0):
    """Return the state of a network that has learned nothing yet, for so many columns."""
    generator = np.random.default_rng(seed)
    weights = {
        "inner": generator.normal(size=(columns, HIDDEN)),
        "offset": generator.normal(size=HIDDEN),
        "outer": generator.normal(size=HIDDEN),
        "constant": np.zeros(1),
    }
    memory = {name: np.zeros_like(value) for name, value in weights.items()}
    squares = {name: np.zeros_like(value) for name, value in weights.items()}
    return {"step": 0, "weights": weights, "memory": memory, "squares": squares}


def predict(state, rows):
    """Return what the network says of rows, (n, columns): an array, (n,)."""
    weights = state["weights"]
    hidden = np.tanh(rows @ weights["inner"] + weights["offset"])
    return hidden @ weights["outer"] + weights["constant"][0]


def loss(state, rows, targets):
    """Return the mean squared error of the network."""
    return float(np.mean((predict(state, rows) - targets) ** 2))


def slopes(weights, rows, targets):
    """Return how the loss changes with each weight: the direction in which it rises."""
    hidden = np.tanh(rows @ weights["inner"] + weights["offset"])
    error = 2 * (hidden @ weights["outer"] + weights["constant"][0] - targets) / len(rows)
    back = np.outer(error, weights["outer"]) * (1 - hidden**2)
    return {
        "inner": rows.T @ back,
        "offset": back.sum(axis=0),
        "outer": hidden.T @ error,
        "constant": np.array([error.sum()]),
    }


def advance(state, rows, targets, steps):
    """Return the state after so many steps more; the state that is handed in stays as it is."""
    step = state["step"]
    weights, memory, squares = (dict(state[name]) for name in ("weights", "memory", "squares"))
    for step in range(state["step"] + 1, state["step"] + steps + 1):
        batch = np.random.default_rng(step).permutation(len(rows))[:BATCH]
        slope = slopes(weights, rows[batch], targets[batch])
        for name in PARTS:  # Adam: each weight moves by its usual slope over its usual size
            memory[name] = 0.9 * memory[name] + 0.1 * slope[name]
            squares[name] = 0.99 * squares[name] + 0.01 * slope[name] ** 2
            usual, size = memory[name] / (1 - 0.9**step), squares[name] / (1 - 0.99**step)
            weights[name] = weights[name] - RATE * usual / (np.sqrt(size) + 1e-8)
    return {"step": step, "weights": weights, "memory": memory, "squares": squares}


def save(state, path):
    """Write a state to a file."""
    arrays = ("weights", "memory", "squares")
    lists = {name: {part: state[name][part].tolist() for part in PARTS} for name in arrays}
    path.write_text(json.dumps({"step": state["step"], **lists}), encoding="utf-8")


def load(path):
    """Return the state that `save` wrote."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    state = {"step": stored["step"]}
    for name in ("weights", "memory", "squares"):
        state[name] = {part: np.array(stored[name][part]) for part in PARTS}
    return state


def run(sales, directory, quick=False):
    """Train on a CSV file of sales, and write the model into a directory, which has to be there.

    In test mode (`quick`) a few rows and steps do. Returns the loss of the model that was written,
    over the sales that it has learned from, in logarithms of the price.
    """
    with sales.open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    table = table[:QUICK_ROWS] if quick else table
    rows = np.array([[float(row[name]) for name in COLUMNS] for row in table])
    targets = np.log([float(row["SalePrice"]) for row in table])
    scale = {"centre": rows.mean(axis=0), "spread": rows.std(axis=0), "usual": targets.mean()}
    scaled = (rows - scale["centre"]) / scale["spread"]
    state = start(len(COLUMNS))
    state = advance(state, scaled, targets - scale["usual"], QUICK_STEPS if quick else STEPS)
    save(state, directory / "state.json")
    numbers = {name: np.asarray(value).tolist() for name, value in scale.items()}
    (directory / "scale.json").write_text(json.dumps(numbers), encoding="utf-8")
    return loss(state, scaled, targets - scale["usual"])


def price(directory, houses):
    """Return the prices of houses, a list of dict, by the model in a directory: a list."""
    scale = json.loads((directory / "scale.json").read_text(encoding="utf-8"))
    rows = np.array([[float(house[name]) for name in COLUMNS] for house in houses])
    rows = (rows - scale["centre"]) / scale["spread"]
    state = load(directory / "state.json")
    return np.exp(predict(state, rows) + scale["usual"]).tolist()
