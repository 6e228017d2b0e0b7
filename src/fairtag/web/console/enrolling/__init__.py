"""Pictures that a wearer's answers are compared with: asked for, or taken at the desk."""

from fairtag.web.console.enrolling.pages import pages

__all__ = ["pages"]
