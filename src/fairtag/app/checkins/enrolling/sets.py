"""What becomes of a full set of pictures? It is compared with from now on, or an officer looks.

Pictures that nobody of ours saw being taken wait: until an officer has looked at them and said that
they show the wearer, the former set stays, and without one people look at every answer.
Units: instants in µs UTC.
"""

from __future__ import annotations

from fairtag.alerts.model import Alert, AlertState
from fairtag.app.checkins.book import EnrolledPicture, Invitation
from fairtag.app.ports import Transaction
from fairtag.app.raise_alerts import mark_over, raise_for_house
from fairtag.app.retention.standing import holds_standing
from fairtag.audit.entries import Entry, Operation
from fairtag.custody.kinds import RecordKind, period_of
from fairtag.retention.holds import held
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import Micros

KIND = "checkin.enrolment_waits"
_WORDS = (
    "The wearer took the pictures that check-ins are to be compared with, alone. Look at them on "
    "the page ‘Enrolment’ and say whether they show the wearer; until then they are not used. This "
    "does not count against the wearer."
)


def of_invitation(tx: Transaction, invitation: Invitation) -> list[EnrolledPicture]:
    """List what was taken for an invitation, newest first."""
    listed = tx.enrolments.listed(invitation.wearer_id)
    return [one for one in listed if one.invitation_id == invitation.invitation_id]


def waits(tx: Transaction, invitation: Invitation) -> bool:
    """Tell whether a full set of an invitation waits for an officer's look."""
    mine = of_invitation(tx, invitation)
    return invitation.is_full and any(one.use == "waits" for one in mine)


def completed(tx: Transaction, invitation: Invitation, *, alert_id: AlertId, now: Micros) -> bool:
    """Use a full set at once, or tell officers that it waits; tells whether it waits."""
    if not any(one.use == "waits" for one in of_invitation(tx, invitation)):
        take_place(tx, invitation, now)
        return False
    raise_for_house(tx, _alert(invitation, alert_id, now), again_after=0)
    return True


def take_place(tx: Transaction, invitation: Invitation, now: Micros) -> None:
    """Take former sets away once there is a full one, save what a hold keeps, and what is newer."""
    upto = max(one.added_at for one in of_invitation(tx, invitation))
    listed = tx.enrolments.listed(invitation.wearer_id)
    others = [one for one in listed if one.invitation_id != invitation.invitation_id]
    gone = remove(tx, [one for one in others if one.added_at <= upto], now)
    if gone:
        told = {"pictures": str(gone)}
        log(tx, invitation, "enrolment.replaced", now=now, told=told, operation="erasure")
    settled(tx, invitation)


def settled(tx: Transaction, invitation: Invitation) -> None:
    """Say that nothing of an order waits for an officer's look any more; a person closes it."""
    last = tx.alerts.last_about(KIND, order_id=invitation.order_id, device_id=None)
    if last is not None and last.state is not AlertState.CLOSED:
        mark_over(tx, last)


def remove(tx: Transaction, pictures: list[EnrolledPicture], now: Micros) -> int:
    """Take pictures away that no hold keeps; tells how many went."""
    gone = 0
    for one in pictures:
        period = period_of(RecordKind.ENROLMENT, one.added_at, of=one.picture_id)
        holds = holds_standing(tx, one.wearer_id)
        if not held(holds, one.wearer_id, RecordKind.ENROLMENT, period, now):
            tx.enrolments.remove(one.picture_id)
            gone += 1
    return gone


def log(
    tx: Transaction,
    invitation: Invitation,
    what: str,
    *,
    now: Micros,
    told: dict[str, str],
    by: str = "machine",
    operation: Operation = "collection",
) -> None:
    """Write down what is done for an invitation."""
    details = {"invitation": invitation.invitation_id} | told
    tx.audit.append(
        Entry(
            at=now,
            operation=operation,
            actor=by,
            what=what,
            wearer_id=invitation.wearer_id,
            order_id=invitation.order_id,
            details=details,
        )
    )


def _alert(invitation: Invitation, alert_id: AlertId, now: Micros) -> Alert:
    """Tell officers; one such matter of an order waits at a time."""
    return Alert(
        alert_id=alert_id,
        order_id=invitation.order_id,
        wearer_id=invitation.wearer_id,
        condition_id=None,
        device_id=None,
        kind=KIND,
        recipient="support",
        priority="low",
        state=AlertState.RAISED,
        raised_at=now,
        began_at=now,
        words={"en": _WORDS},
    )
