"""Who may see, and why? What leaves the house leaves in a disclosure that two people decided."""
