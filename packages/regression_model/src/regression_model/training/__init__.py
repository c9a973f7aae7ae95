"""A training run, in the steps that every one has: ingest, validate, train, evaluate, register.

The first is `regression_model.data.load_sales`; the others are here, and `train` is all of them.
What comes out is a directory: see `regression_model.artefact`. The same sales, configuration and
seed give the same predictions, to the last bit, whatever order the sales arrive in.
"""

from regression_model.training.pipeline_file import load_pipeline
from regression_model.training.registration import register
from regression_model.training.run import Run
from regression_model.training.steps import fit, train
from regression_model.training.validation import set_aside, validate
