"""HTTP: bodies in, problem documents out, what happens around every request, OpenAPI."""
