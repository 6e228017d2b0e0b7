"""What does a second judging give, when data, absences or versions came late?"""
