"""What the judge knows of an order, beside its memory."""
