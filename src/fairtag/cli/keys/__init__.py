"""Ceremonies with keys, by hand."""
