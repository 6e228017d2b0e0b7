"""Which matcher may decide, who agreed to it, and on which figures?"""
