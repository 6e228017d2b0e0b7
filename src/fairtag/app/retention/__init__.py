"""What goes, when, by whose leave: list, run, routine, holds."""
