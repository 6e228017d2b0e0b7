"""Complaints: written down by the wearer or for them, held for, answered by another person."""
