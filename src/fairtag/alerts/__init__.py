"""Who must be told? Raised, acknowledged, closed; gathering, escalation."""
