"""The page of check-ins by people: ask once more, ring, write down how a call went."""

from fairtag.web.console.asking.pages import pages as pages
