"""What does the wearer see and say? A way in, who looked and why, and a contest."""
