"""How does a notice leave the house? By mail or webhook: a reference, the urgency and a link.

Nothing else is in it (charter G10): whoever reads another person's mail learns that something
waits, and not about whom.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from typing import Literal

import httpx
import msgspec

from fairtag.app.notices import NumberedNotice
from fairtag.app.ports import Clock, Notice
from fairtag.terms.errors import Busy, UsageError
from fairtag.terms.instants import SECOND

_WAIT_S = 10.0
_SECRET_MARK = "whsec_"  # noqa: S105 - the mark of a secret, not a secret
# Source: Standard Webhooks 1.0.0, 'Signature scheme': between 24 and 64 bytes.
_SECRET_LEAST, _SECRET_MOST = 24, 64


def signing_key(secret: str) -> bytes:
    """Read a webhook secret: `whsec_` and the base64 of 24 to 64 random bytes.

    Raises: UsageError, without the secret.
    """
    try:
        key = base64.b64decode(secret.removeprefix(_SECRET_MARK), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_SECRET_MARK) or not _SECRET_LEAST <= len(key) <= _SECRET_MOST:
        raise UsageError(
            "the webhook secret is whsec_ and the base64 of 24 to 64 random bytes; make one with: "
            "echo whsec_$(openssl rand -base64 32)"
        )
    return key


@dataclass(frozen=True, slots=True, kw_only=True)
class MailNotifier:
    """Sends mail by SMTP; with STARTTLS only to a server whose certificate holds."""

    host: str
    port: int
    sender: str
    security: Literal["none", "starttls"]
    clock: Clock

    def send(self, notice: Notice, *, to: str) -> None:
        """Hand the notice to the mail server.

        Raises: Busy.
        """
        try:
            mail = self._mail(notice, to.removeprefix("mailto:"))
            with smtplib.SMTP(
                self.host, self.port, local_hostname=self._domain, timeout=_WAIT_S
            ) as server:
                if self.security == "starttls":
                    server.starttls(context=ssl.create_default_context())
                server.send_message(mail)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            detail = f"mail server {self.host}: {type(error).__name__}"
            raise Busy(detail) from error

    def _mail(self, notice: Notice, to: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"] = self.sender, to
        mail["Date"] = formatdate(self.clock.now() / SECOND)
        mail["Message-ID"] = f"<{_message_id(notice)}@{self._domain}>"
        mail["Subject"] = f"fairtag: {notice.urgency} item {notice.reference}"
        article = "An" if notice.urgency == "urgent" else "A"
        mail.set_content(f"{article} {notice.urgency} item waits: {notice.link}\n")
        return mail

    @property
    def _domain(self) -> str:
        return self.sender.rpartition("@")[2] or "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookNotifier:
    """Posts a signed message.

    Source: Standard Webhooks 1.0.0 (webhook-id, webhook-timestamp, webhook-signature).
    """

    key: bytes
    clock: Clock

    def send(self, notice: Notice, *, to: str) -> None:
        """Hand the notice to the address.

        Raises: Busy.
        """
        body = msgspec.json.encode(
            {"reference": notice.reference, "urgency": notice.urgency, "link": notice.link}
        )
        try:
            httpx.post(
                to, content=body, headers=self._headers(notice, body), timeout=_WAIT_S
            ).raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            detail = f"webhook: {type(error).__name__}"
            raise Busy(detail) from error

    def _headers(self, notice: Notice, body: bytes) -> dict[str, str]:
        # The same id when it is tried again, so that a receiver can drop what it has.
        name, stamp = _message_id(notice), str(self.clock.now() // SECOND)
        signed = f"{name}.{stamp}.".encode() + body
        digest = hmac.new(self.key, signed, hashlib.sha256).digest()
        return {
            "content-type": "application/json",
            "user-agent": "fairtag",
            "webhook-id": name,
            "webhook-timestamp": stamp,
            "webhook-signature": "v1," + base64.b64encode(digest).decode(),
        }


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


def _message_id(notice: Notice) -> str:
    return notice.message_id if isinstance(notice, NumberedNotice) else notice.reference
