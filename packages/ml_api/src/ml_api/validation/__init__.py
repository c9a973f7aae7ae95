"""What a row may hold, and what an answer looks like."""
