"""The version, in a file of its own so that the build and every module can read it."""

__version__ = "1.0.0"
