"""When may a person be asked for an answer, how often at most, and how far has a question come?"""
