"""Benchmarks that are more than a few lines, one subject a file."""
