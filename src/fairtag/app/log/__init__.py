"""What is done with the access log? It is kept whole, signed, witnessed and checked."""
