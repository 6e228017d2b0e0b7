"""Which acts on keys are there, apart from sealing? Ceremonies, and the care for old copies."""
