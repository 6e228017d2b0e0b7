"""What leaves, file by file: laid out, named, and checked by whoever gets it."""
