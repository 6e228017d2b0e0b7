"""Invented lives: who a person is, where that person truly is, and how full the battery is."""
