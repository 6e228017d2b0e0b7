"""Run fairtag as a module."""

from fairtag.cli import main

main()
