"""What lists of orders are read from: their facts, and the wearers of a stretch."""
