"""The same verbs by hand: each command parses, calls one use case, formats."""
