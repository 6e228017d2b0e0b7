"""Packages that leave: one archive, sealed to its recipient, in a folder of its own."""
