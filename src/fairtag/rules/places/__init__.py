"""How does what positions say about an edge add up?"""
