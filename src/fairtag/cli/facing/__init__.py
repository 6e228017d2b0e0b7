"""Faces by hand: comparing and measuring on files; profiles and fairness of a store."""
