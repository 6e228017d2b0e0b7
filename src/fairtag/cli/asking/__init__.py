"""Measuring what holds how often people are asked."""
