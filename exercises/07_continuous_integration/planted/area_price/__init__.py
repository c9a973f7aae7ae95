"""House prices from the living area."""
