"""How are wearers asked, and how do they say that they can't?"""
