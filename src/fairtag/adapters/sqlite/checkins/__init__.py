"""Where are prompts, answers and enrolled pictures?"""
