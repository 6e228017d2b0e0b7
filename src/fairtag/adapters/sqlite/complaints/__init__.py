"""Where complaints lie."""
