"""Times in which no silence of a wearer counts, as the judge is told of them."""
