"""What is due, what two people decide about it, and what is held."""

from fairtag.web.console.retention.pages import pages

__all__ = ["pages"]
