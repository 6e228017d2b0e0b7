"""Enrol a wearer: pictures to compare with, from three sources, and anew for another engine."""
