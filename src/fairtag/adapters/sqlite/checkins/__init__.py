"""Check-ins in SQLite."""
