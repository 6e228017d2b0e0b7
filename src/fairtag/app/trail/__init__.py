"""How does the journal become trails? What the store promises about chunks, and how they come."""
