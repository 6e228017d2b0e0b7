"""Plain positions of many requests, read together in columns."""
