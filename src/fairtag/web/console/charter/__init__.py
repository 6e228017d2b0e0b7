"""What may everybody read? What is guaranteed, and by which rule and numbers places are judged."""

from fairtag.web.console.charter.pages import pages

__all__ = ["pages"]
