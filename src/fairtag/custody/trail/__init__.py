"""How does what a device said in an hour or a day lie in few bytes, and come back exactly?"""
