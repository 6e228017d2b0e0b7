"""Where is the root key kept? In a file, in a Vault, or in a hardware module."""
