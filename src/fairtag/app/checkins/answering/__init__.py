"""Take what a wearer answers: read it, compare it one to one, keep it, tell the judge."""
