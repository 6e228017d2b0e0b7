"""How did groups fare, told so that nobody can be found in it?"""
