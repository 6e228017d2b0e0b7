"""Read what was asked, answered, seen, said and decided under one order; and what the log knows."""
