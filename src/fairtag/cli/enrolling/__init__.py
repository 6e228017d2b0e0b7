"""Enrolled pictures by hand."""
