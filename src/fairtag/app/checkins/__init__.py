"""Ask for an answer, take it, compare it one to one, and hand it to people when unsure."""
