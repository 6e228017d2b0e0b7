"""Which part of the house answers an address? Devices go straight to their door."""

from __future__ import annotations

from fastapi import FastAPI

from fairtag.app.house import House
from fairtag.app.run_service import Pulse
from fairtag.orders.scheme import Scheme
from fairtag.web.console.app import console
from fairtag.web.device_api.app import DeviceDoor, Receive, Scope, Send
from fairtag.web.ops import ops
from fairtag.web.portal.app import portal
from fairtag.web.wearer_app.app import WearerApp


class Site:
    """The ASGI application of the service."""

    def __init__(
        self,
        house: House,
        pulse: Pulse,
        *,
        metrics_token: str = "",
        scheme: Scheme | None = None,
    ) -> None:
        self.door = DeviceDoor(house)
        self._pages: FastAPI = console(house, is_judging=lambda: pulse.is_well, scheme=scheme)
        self._portal: FastAPI = portal(house)
        self._wearer_app = WearerApp(house)
        self._pages.include_router(ops(house, pulse, metrics_token=metrics_token))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on."""
        if scope["type"] == "http" and scope["path"].startswith("/d/"):
            await self.door(scope, receive, send)
        elif scope["type"] == "http" and (scope["path"] + "/").startswith("/my/"):
            await self._portal(scope, receive, send)  # type: ignore[arg-type]
        elif scope["type"] == "http" and (scope["path"] + "/").startswith("/app/"):
            await self._wearer_app(scope, receive, send)  # type: ignore[arg-type]
        else:
            await self._pages(scope, receive, send)  # type: ignore[arg-type]
