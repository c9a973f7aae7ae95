"""Grades a learner's code outside the learner's process."""

__version__ = "1.0.0"
