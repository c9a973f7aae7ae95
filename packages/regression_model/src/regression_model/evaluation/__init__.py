"""How good a model is, always beside one that knows nothing: the mean of the log prices."""

from regression_model.data import prices_of
from regression_model.evaluation.cross_validation import (
    OutOfFold,
    cross_validate,
    predict_out_of_fold,
    summarise,
)
from regression_model.evaluation.measures import MEAN_LOG_PRICE, evaluate, measure
from regression_model.evaluation.report import write_report
