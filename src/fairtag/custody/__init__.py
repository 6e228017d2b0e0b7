"""What is kept, and sealed? Kinds of record, envelope encryption, and the only door."""
