"""What does a wearer complain of, and how is it answered? In time, and by another person."""
