"""What two people decide together: one asks, the other agrees, each by name."""
