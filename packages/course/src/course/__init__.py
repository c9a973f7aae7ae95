"""Grades a learner's code outside the learner's process, in under a second."""

__version__ = "1.0.0"
