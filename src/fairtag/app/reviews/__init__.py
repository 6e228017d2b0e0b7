"""The review clock of an order, and the review that sets it again."""
