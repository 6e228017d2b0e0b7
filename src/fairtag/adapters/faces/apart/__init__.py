"""A picture is decoded and looked at in a process that can do nothing else, once, and ends."""
