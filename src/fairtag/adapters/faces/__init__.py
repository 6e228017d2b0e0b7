"""Which engine looks at pictures, and what keeps it apart from everything else?"""
