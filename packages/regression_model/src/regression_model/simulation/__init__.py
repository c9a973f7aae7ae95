"""House sales that never were: the columns and the mess of the real ones, and a known truth."""

from regression_model.simulation.prices import NOISE_FLOOR
from regression_model.simulation.sales import expected_prices, iter_sales, simulate_sales
