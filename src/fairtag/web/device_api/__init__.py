"""The door for devices: bytes in, an acknowledgement after the commit out."""
