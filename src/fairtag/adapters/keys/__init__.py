"""What stands around the keystore: its file, the epochs of its copies, rotation of the root."""
