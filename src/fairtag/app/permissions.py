"""Which role may do what? A small table; what is not in it is refused.

Source: design.md §5. The administrator keeps accounts and sees no personal data.
"""

from __future__ import annotations

from enum import StrEnum

from fairtag.alerts.model import Alert
from fairtag.app.books import Person
from fairtag.terms.errors import NotPermitted


class Act(StrEnum):
    """What staff do."""

    QUEUE = "see the queue"
    HANDLE = "acknowledge and close alerts"
    OPEN = "open positions"
    ORDERS = "store orders"
    RECONCILE = "see the reconciliation list"
    DUTY = "set the duty roster"
    LOG = "read the access log"
    ROSTER = "see the duty roster"
    SECOND = "be the second person"
    ERASE = "end records"
    DISCLOSE = "disclose records"
    REGISTER = "keep the register of recipients"
    ASK = "ask for a disclosure"
    DECLARE = "declare whom one knows"
    INTERESTS = "record whom others know"
    REVIEW = "review openings"
    DECIDE = "decide about alerts"
    LOOK = "look at pairs of pictures"
    REVIEWERS = "see how right reviewers are"
    ENROL = "enrol wearers"
    PROFILE = "put a matcher in force, with a second person"
    FAIRNESS = "read how groups fared, in counts"
    PROMPT = "ask wearers for a check-in"
    WARN = "warn wearers of danger to life"


ROLES: dict[str, frozenset[Act]] = {
    "officer": frozenset(
        {
            Act.QUEUE,
            Act.HANDLE,
            Act.OPEN,
            Act.RECONCILE,
            Act.ORDERS,
            Act.ROSTER,
            Act.DISCLOSE,
            Act.ASK,
            Act.DECLARE,
            Act.DECIDE,
            Act.ENROL,
            Act.PROMPT,
            Act.WARN,
        }
    ),
    "supervisor": frozenset(
        {
            Act.QUEUE,
            Act.HANDLE,
            Act.OPEN,
            Act.RECONCILE,
            Act.DUTY,
            Act.LOG,
            Act.ORDERS,
            Act.ROSTER,
            Act.SECOND,
            Act.ERASE,
            Act.DISCLOSE,
            Act.REGISTER,
            Act.ASK,
            Act.DECLARE,
            Act.REVIEW,
            Act.DECIDE,
            Act.REVIEWERS,
            Act.ENROL,
            Act.PROFILE,
            Act.FAIRNESS,
            Act.PROMPT,
            Act.WARN,
        }
    ),
    "caseworker": frozenset(
        {Act.QUEUE, Act.ORDERS, Act.ROSTER, Act.DISCLOSE, Act.ERASE, Act.ASK, Act.DECLARE}
    ),
    # QUEUE and HANDLE: matters of support only.
    "contractor": frozenset({Act.QUEUE, Act.RECONCILE, Act.HANDLE, Act.ROSTER, Act.DECLARE}),
    "inspector": frozenset(
        {Act.LOG, Act.ROSTER, Act.REVIEW, Act.DECLARE, Act.REVIEWERS, Act.FAIRNESS}
    ),
    "reviewer": frozenset({Act.LOOK}),  # two pictures and nothing else
    "liaison": frozenset({Act.ASK}),  # no way in to data: asks, and an officer answers
    "admin": frozenset({Act.DUTY, Act.ROSTER, Act.INTERESTS, Act.DECLARE}),
}
_SUPPORT_ONLY = frozenset({"contractor"})


def may(person: Person, act: Act, alert: Alert | None = None) -> bool:
    """Tell whether the person's role allows it, and allows it for this alert.

    Fails: closed, for unknown roles and closed accounts.
    """
    if person.disabled_at is not None or act not in ROLES.get(person.role, frozenset()):
        return False
    return alert is None or only_recipient(person) in (None, alert.recipient)


def demand(person: Person, act: Act, alert: Alert | None = None) -> None:
    """Go on only when the role allows it.

    Raises: NotPermitted.
    """
    if not may(person, act, alert):
        detail = f"the role {person.role} may not {act}"
        raise NotPermitted(detail)


def only_recipient(person: Person) -> str | None:
    """Tell whose alerts are the only ones the person may see; None: all."""
    return "support" if person.role in _SUPPORT_ONLY else None
