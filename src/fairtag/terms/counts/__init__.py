"""What does a count say about what was counted?"""
