"""A mutant of `QuantileClip` that the given suite lets through, and the test that kills it."""

import numpy as np
import pandas as pd

from regression_model.features.quantile_clip import QuantileClip

OLD = ""
NEW = ""


# TODO: put a part of one line of the module into OLD, and into NEW what the mutant has instead.
# Then write a test that passes on the module and fails on the mutant.
