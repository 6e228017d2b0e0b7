"""Faces of nobody: drawn, for tests, benchmarks and the demo."""
