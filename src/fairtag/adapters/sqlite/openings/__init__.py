"""Where are grants, looks, interests, and what the wearer sees and says?"""
