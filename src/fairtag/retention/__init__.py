"""What must go, when, and what holds it? Schedule, holds, what is due, certificate."""
