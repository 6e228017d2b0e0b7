"""Can anyone prove it? Entries in a chain of hashes; the custody issue makes it a tree."""
