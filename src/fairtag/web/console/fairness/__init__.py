"""How groups of people fared, for inspectors."""

from fairtag.web.console.fairness.pages import pages

__all__ = ["pages"]
