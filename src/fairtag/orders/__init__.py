"""What was ordered? Order versions, conditions, timetables, absences, review dates."""
