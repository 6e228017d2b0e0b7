"""Prompts, the hours and limits in which they may lie, and what a device was given to show."""
