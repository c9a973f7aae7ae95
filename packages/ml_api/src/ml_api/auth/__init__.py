"""Who may ask for predictions."""
