"""How do pages come from SQLite's log to their place, while nobody waits for it?"""
