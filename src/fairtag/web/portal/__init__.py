"""The door for wearers: what is collected, who looked and why, how to contest."""
