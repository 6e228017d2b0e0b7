"""What wearers wait for an answer to: complaints, and what they contest."""
