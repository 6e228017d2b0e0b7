"""What the judge remembers, in SQLite."""
