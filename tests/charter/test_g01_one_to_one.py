"""Guarantee 1: NOT YET PROVED."""

NOT_YET_PROVED = "no part of this guarantee has a proof yet"
