"""Runs code that is not trusted in limited processes, and takes back data and nothing else."""

__version__ = "1.0.0"
