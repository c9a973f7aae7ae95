"""The course inside JupyterLab: the magic `%check`, and what happens on saving."""
