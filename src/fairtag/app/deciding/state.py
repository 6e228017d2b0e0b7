"""Let a wearer say something about a check-in: from the device, or on their own page.

Their words are sealed, and whoever decides about the check-in must have opened them.
Units: µs UTC.
"""

from __future__ import annotations

from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.app.reviewing.deal import new_name
from fairtag.audit.entries import Entry
from fairtag.review.statements import Statement, words_of
from fairtag.rules.prompts.refusals import UnknownCheckIn
from fairtag.terms.ids import DeviceId, WearerId


def state(
    house: House,
    check_in_id: str,
    *,
    text: str,
    wearer_id: WearerId | None = None,
    device_id: DeviceId | None = None,
) -> Statement:
    """Keep a wearer's words about one of their check-ins.

    Raises: UnknownCheckIn for somebody else's, StatementRefused, LogUnavailable.
    Fails: closed: who says neither which wearer nor which device they are has no check-in.
    """
    now, name = house.clock.now(), new_name(house, "s_")

    def work(tx: Transaction) -> Statement:
        prompt = tx.prompts.get(check_in_id)
        if wearer_id != prompt.wearer_id and device_id != prompt.device_id:
            raise UnknownCheckIn("not a check-in of theirs")
        earlier = tx.decisions.statements(check_in_id=check_in_id)
        made = Statement(
            statement_id=name,
            wearer_id=prompt.wearer_id,
            order_id=prompt.order_id,
            check_in_id=check_in_id,
            at=now,
            text=words_of(text, earlier=len(earlier)),
        )
        digest = tx.decisions.say(made)
        tx.audit.append(
            Entry(
                at=now,
                operation="alteration",
                actor="wearer",
                what="wearer.statement",
                wearer_id=prompt.wearer_id,
                order_id=prompt.order_id,
                details={"row": name, "digest": digest},
            )
        )
        return made

    made = house.store.transact(work)
    house.changes.publish()
    return made
