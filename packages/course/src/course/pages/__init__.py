"""Pages to read in a browser, whole in one file."""
