"""How do check-ins treat groups of people? What wearers said of themselves, in counts only."""
