"""The model that serves."""
