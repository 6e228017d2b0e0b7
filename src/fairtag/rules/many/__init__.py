"""How are requests of many orders judged at once, as long as nothing but beliefs can move?"""
