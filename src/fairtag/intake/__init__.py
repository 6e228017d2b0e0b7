"""What did the device say? One decoder a protocol: bytes in, messages or refusals out."""
