"""Invented lives: who a person is, and where that person truly is at every instant."""
