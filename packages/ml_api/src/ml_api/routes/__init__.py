"""The blueprints, one per noun."""
