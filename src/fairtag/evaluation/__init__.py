"""Who is right about places, how often and how soon? Labelled lives and real traces, four judges."""
