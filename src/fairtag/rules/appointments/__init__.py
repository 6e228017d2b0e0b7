"""Was an appointment kept? What is known of the time around it."""
