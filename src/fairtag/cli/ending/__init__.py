"""What goes and what is held, by hand."""
