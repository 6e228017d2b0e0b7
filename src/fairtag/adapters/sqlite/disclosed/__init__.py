"""Disclosures in SQLite."""
