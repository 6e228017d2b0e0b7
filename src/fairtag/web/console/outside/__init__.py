"""The page ‘Who is told’: addresses of wearers and of whoever represents them."""

from fairtag.web.console.outside.pages import pages as pages
