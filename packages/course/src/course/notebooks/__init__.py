"""Notebook exercises: the reference notebook with the learner's cells in it, run and compared."""
