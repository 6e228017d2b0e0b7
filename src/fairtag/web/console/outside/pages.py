"""The page ‘Who is told’: write an address down, take it back, see which notices went.

An address is never shown again: who asks for it asks the wearer. Nothing here is personal.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from fairtag.app.books import OrderFacts, Person
from fairtag.app.outside.book import Contact, OutsideNotice
from fairtag.app.outside.name import name_contact
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.terms.errors import FairtagError, LogUnavailable, UnknownOrder, UsageError
from fairtag.terms.ids import OrderId
from fairtag.web.console.refusals import status_of
from fairtag.web.console.shell import Checked, Shell, Signed
from fairtag.web.console.show import when

Short = Annotated[str, Form(max_length=200)]
Named = Annotated[str, Query(max_length=64)]
_WHOM = {"representative": "Whoever represents the wearer", "wearer": "The wearer"}
_OF = {
    "review.overdue": "recording stopped for want of a review",
    "review.made": "the order was reviewed and goes on",
    "complaint.late": "the answer to a complaint is late",
}


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()

    @router.get("/told")
    def show(
        request: Request, person: Signed, order: Named = "", reference: Named = ""
    ) -> Response:
        return _page(shell, request, person, order.strip(), reference=reference.strip())

    @router.post("/told")
    def name(
        request: Request, person: Checked, order: Short = "", whom: Short = "", to: Short = ""
    ) -> Response:
        demand(person, Act.ORDERS)
        try:
            name_contact(shell.house, OrderId(order.strip()), whom=whom, to=to, by=person.user_id)
        except (LogUnavailable, UnknownOrder, UsageError) as refusal:
            return _page(shell, request, person, order.strip(), refusal=refusal)
        return RedirectResponse(f"/told?order={order.strip()}", status_code=303)

    return router


def _page(
    shell: Shell,
    request: Request,
    person: Person,
    order: str,
    *,
    reference: str = "",
    refusal: FairtagError | None = None,
) -> Response:
    demand(person, Act.ORDERS)
    return shell.page(
        request,
        "told_for.html",
        status=200 if refusal is None else status_of(refusal),
        order=order,
        reference=reference,
        refusal=refusal,
        form="to",
        whom=_WHOM,
        **shell.house.store.read(lambda tx: _facts(tx, order, reference)),
    )


def _facts(tx: Transaction, order: str, reference: str) -> dict[str, Any]:
    notice = tx.outside.find(reference) if reference else None
    orders = tx.orders.facts()
    return {
        "found": None if notice is None else _notice(notice),
        "rows": [_row(tx, one) for one in orders if not order or one.order_id == order],
    }


def _row(tx: Transaction, order: OrderFacts) -> dict[str, Any]:
    return {
        "order": order.order_id,
        "wearer": order.wearer_id,
        "stopped": "" if order.lapsed_since is None else when(order.lapsed_since, order.time_zone),
        "contacts": [_contact(one) for one in tx.outside.contacts(order.order_id)],
        "notices": [_notice(one) for one in tx.outside.notices(order.order_id)[::-1]],
    }


def _contact(contact: Contact) -> str:
    return f"{_WHOM[contact.whom]}: written down by {contact.by}, {when(contact.at)} UTC"


def _notice(notice: OutsideNotice) -> dict[str, str]:
    if notice.is_sent:
        stands = f"handed over {when(notice.sent_at)} UTC"
    elif notice.sent_at is not None:
        stands = "not sent: the address was taken back"
    else:
        stands = f"not handed over yet, tried {notice.tries} times"
    return {
        "reference": notice.reference,
        "order": notice.order_id,
        "told": f"{_WHOM[notice.whom]}: {_OF[notice.what]}; {stands}",
    }
