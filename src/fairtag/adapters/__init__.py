"""How does the house touch the world? One technology, one file, one promise kept."""
