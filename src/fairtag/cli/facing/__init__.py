"""Faces by hand: how wrong a matcher is, which profile may decide, how fair it was."""
