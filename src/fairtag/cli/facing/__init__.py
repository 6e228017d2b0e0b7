"""Faces by hand: files only, no store."""
