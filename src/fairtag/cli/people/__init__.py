"""Commands about people: what an officer prints for a wearer, whose order it is."""
