"""What was asked of a wearer, answered, seen, said and decided, as a package tells it."""
