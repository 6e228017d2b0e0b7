"""Which matcher is in force, and what groups wearers say they belong to, counted only."""
