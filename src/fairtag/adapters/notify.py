"""How does a notice leave the house? By mail or webhook: a reference, the urgency and a link."""

from __future__ import annotations

import base64
import hashlib
import hmac
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

import httpx
import msgspec

from fairtag.app.ports import Clock, Notice
from fairtag.terms.errors import Busy
from fairtag.terms.instants import SECOND

_WAIT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailNotifier:
    """Sends mail by SMTP."""

    host: str
    port: int
    sender: str
    security: Literal["none", "starttls"]

    def send(self, notice: Notice, *, to: str) -> None:
        """Hand the notice to the mail server.

        Raises: Busy.
        """
        mail = EmailMessage()
        mail["From"], mail["To"] = self.sender, to.removeprefix("mailto:")
        mail["Subject"] = f"fairtag: {notice.urgency} item {notice.reference}"
        mail.set_content(f"An {notice.urgency} item waits: {notice.link}\n")
        try:
            with smtplib.SMTP(self.host, self.port, timeout=_WAIT_S) as server:
                if self.security == "starttls":
                    server.starttls()
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            detail = f"mail server {self.host}: {type(error).__name__}"
            raise Busy(detail) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookNotifier:
    """Posts a signed message.

    Source: Standard Webhooks 1.0.0 (webhook-id, webhook-timestamp, webhook-signature).
    """

    secret: bytes
    clock: Clock

    def send(self, notice: Notice, *, to: str) -> None:
        """Hand the notice to the address.

        Raises: Busy.
        """
        body = msgspec.json.encode(notice)
        stamp = str(self.clock.now() // SECOND)
        signed = f"{notice.reference}.{stamp}.".encode() + body
        digest = hmac.new(self.secret, signed, hashlib.sha256).digest()
        headers = {
            "content-type": "application/json",
            "webhook-id": notice.reference,
            "webhook-timestamp": stamp,
            "webhook-signature": "v1," + base64.b64encode(digest).decode(),
        }
        try:
            httpx.post(to, content=body, headers=headers, timeout=_WAIT_S).raise_for_status()
        except httpx.HTTPError as error:
            detail = f"webhook: {type(error).__name__}"
            raise Busy(detail) from error


class NoNotifier:
    """Stands where nothing is set up: the outbox keeps the notice and tries again."""

    def send(self, notice: Notice, *, to: str) -> None:
        """Refuse, so that the notice stays.

        Raises: Busy.
        """
        detail = (
            f"no way is set up to reach {to.split(':', maxsplit=1)[0]} addresses ({notice.urgency})"
        )
        raise Busy(detail)
