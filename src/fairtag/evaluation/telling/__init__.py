"""What is said about a run: one report as data, tables for people, plots."""
