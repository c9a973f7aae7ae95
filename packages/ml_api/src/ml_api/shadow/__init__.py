"""Shadow mode: a candidate prices what was answered already, and only the operator sees it."""
