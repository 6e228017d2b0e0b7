"""Is it the same person, one to one? Two pictures at a time, and 'not sure' is an answer."""
