"""Danger to life: what every act of one person alone for it has in common."""
