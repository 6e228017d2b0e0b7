"""Where pictures with known answers are kept, to measure reviewers."""
