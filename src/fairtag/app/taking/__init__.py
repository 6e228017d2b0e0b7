"""Taking what devices say in bulk: many plain requests, one piece of work."""
