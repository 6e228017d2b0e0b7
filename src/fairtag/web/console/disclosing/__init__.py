"""The pages of disclosures: asked for, decided, handed over; and told by voice in an emergency."""

from __future__ import annotations

from fastapi import APIRouter

from fairtag.web.console.disclosing import access_pages, emergency_pages, register_pages
from fairtag.web.console.disclosing import pages as request_pages
from fairtag.web.console.shell import Shell


def pages(shell: Shell) -> APIRouter:
    """Give the routes; the fixed addresses stand before those with a reference in them."""
    router = APIRouter()
    for part in (emergency_pages, access_pages, register_pages, request_pages):
        router.include_router(part.pages(shell))
    return router
