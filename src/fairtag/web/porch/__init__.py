"""How do lines reach the house? What is plain is gathered in front of it, all else is let in."""
