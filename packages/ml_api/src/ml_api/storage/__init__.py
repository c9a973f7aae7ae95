"""What is kept of predictions, and where."""
