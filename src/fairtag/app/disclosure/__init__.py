"""Disclosures: asked for, decided by two, packed, handed over once; or told in an emergency."""
