"""Train on most houses; write how wrong the prices of the others are to metrics.json."""

import json
import sys
from math import exp, log, sqrt
from pathlib import Path

from bill import charge

sys.path.insert(0, ".")
from area_price import model  # the package is in the folder above

charge("train", 12)
rows = Path("data/sales.csv").read_text(encoding="utf-8").splitlines()[1:]
sales = [[float(number) for number in row.split(",")] for row in rows]
held_out, learned = sales[::4], [sale for place, sale in enumerate(sales) if place % 4]
line = model.fit([area for area, _ in learned], [price for _, price in learned])


def error(predicted):
    """Root of the mean squared error of the log price, on the houses put away."""
    pairs = zip(predicted, held_out)
    return sqrt(sum((log(price) - log(paid)) ** 2 for price, (_, paid) in pairs) / len(held_out))


usual = exp(sum(log(price) for _, price in learned) / len(learned))
metrics = {
    "error": error(model.predict([area for area, _ in held_out], line)),
    "baseline": error([usual] * len(held_out)),
}
Path("metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
print(f"error {metrics['error']:.3f}, baseline {metrics['baseline']:.3f}")
