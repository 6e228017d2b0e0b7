"""How does a wearer come in? By a one-time code that an officer prints; only its hash is kept.

Units: µs UTC.
"""

from __future__ import annotations

import base64

import msgspec

from fairtag.app.add_device import hash_of, new_token
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry
from fairtag.terms.errors import UsageError, WearerCodeRefused
from fairtag.terms.ids import WearerId, is_id
from fairtag.terms.instants import DAY, HOUR, Micros

CODE_LASTS = 7 * DAY
SESSION = HOUR
MOST_TRIES = 5
_CODE_LETTERS = 12  # of 32: 60 bits
_MOST = 64


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer prints and hands over."""

    wearer_id: WearerId
    code: str
    expires_at: Micros


def give_code(house: House, wearer_id: str, *, by: str) -> Code:
    """Make a one-time code for a wearer; a former one ends.

    Raises: UsageError when nobody has this reference, LogUnavailable.
    """
    now = house.clock.now()
    letters = base64.b32encode(house.chance(8)).decode()[:_CODE_LETTERS]
    code = "-".join(letters[n : n + 4] for n in range(0, _CODE_LETTERS, 4))
    whose = WearerId(wearer_id)
    expires_at = Micros(now + round(CODE_LASTS * house.speed))

    def work(tx: Transaction) -> None:
        if not tx.orders.facts(wearer_id=whose):
            raise UsageError(f"no order is about a wearer {wearer_id}")
        tx.audit.append(_entry("wearer.code", whose, now, actor=by))
        tx.wearers.give_code(whose, _hash(whose, code), expires_at=expires_at)

    house.store.transact(work)
    return Code(wearer_id=whose, code=code, expires_at=expires_at)


def enter(house: House, wearer_id: str, code: str) -> str:
    """Spend a code; gives the secret of a session of one hour.

    Raises: WearerCodeRefused, with the same words whatever was wrong, LogUnavailable.
    """
    told = wearer_id.strip()
    if not is_id(told) or len(code) > _MOST:
        raise WearerCodeRefused("reference or code is wrong")
    now, token, whose = house.clock.now(), new_token(house), WearerId(told)

    def work(tx: Transaction) -> bool:
        if not tx.wearers.spend_code(whose, _hash(whose, code), at=now, most=MOST_TRIES):
            return False
        tx.audit.append(_entry("wearer.sign-in", whose, now))
        until = Micros(now + round(SESSION * house.speed))
        tx.wearers.start(hash_of(token), whose, expires_at=until)
        return True

    if not house.store.transact(work):
        raise WearerCodeRefused("reference or code is wrong")
    return token


def whose_is(house: House, token: str) -> WearerId | None:
    """Tell whose session a secret opens."""
    now, hashed = house.clock.now(), hash_of(token)
    return house.store.read(lambda tx: tx.wearers.whose(hashed, at=now))


def leave(house: House, token: str) -> None:
    """End a session."""
    house.store.transact(lambda tx: tx.wearers.end(hash_of(token)))


def _hash(wearer_id: WearerId, code: str) -> bytes:
    """Bind a code to its wearer; case, spaces and dashes don't matter when it is typed."""
    plain = "".join(one for one in code.upper() if one.isalnum())
    return hash_of(f"{wearer_id}/{plain}")


def _entry(what: str, wearer_id: WearerId, now: Micros, *, actor: str = "wearer") -> Entry:
    return Entry(at=now, operation="auth", actor=actor, what=what, wearer_id=wearer_id)
