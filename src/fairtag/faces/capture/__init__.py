"""How was the picture taken: where the face lies, whether it moved as asked, whether it is live?"""
