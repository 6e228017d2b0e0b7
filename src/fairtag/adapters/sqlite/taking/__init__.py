"""What the writer knows by heart of devices, and many plain requests in few statements."""
