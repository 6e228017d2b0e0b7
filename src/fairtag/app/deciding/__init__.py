"""What a person decides about an alert, what the wearer says first, and is told afterwards."""
