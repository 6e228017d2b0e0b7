"""Who opened what, by which grant? Asking, reading, danger to life, delays, interests."""
