"""Who is right about places, how often, how soon? Labelled lives, real traces, four judges."""
