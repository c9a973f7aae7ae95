"""Where sales come from: the simulation, the real thing from OpenML, or a file.

Whatever is wrong with a table is said in a sentence (`DataError`) before any training begins.
"""

from regression_model.data.files import read_chunks, read_table
from regression_model.data.history import mean_before
from regression_model.data.sales import PRICE, check_sales, load_sales, prices_of
from regression_model.schema import DataError
