"""How do people and devices reach the house?"""
