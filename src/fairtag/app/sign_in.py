"""Who is at the door? Set-up links, passwords, sessions; every attempt is written down.

Units: µs UTC.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import cache, partial
from typing import Literal

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from fairtag.app.add_device import hash_of, new_token
from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.permissions import ROLES
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry
from fairtag.terms.errors import (
    NotInTime,
    PasswordRefused,
    SetupRefused,
    SignInPaused,
    SignInRefused,
    UsageError,
)
from fairtag.terms.ids import is_id
from fairtag.terms.instants import DAY, HOUR, MINUTE, SECOND, Micros

SESSION = 12 * HOUR
IDLE = 60 * MINUTE  # a page that nobody uses this long is shut
SETUP = DAY
LEAST_PASSWORD = 12
_MOST_PASSWORD = 1000  # hashing a novel would be a way to stop the service
_FREE_ATTEMPTS = 5
_FIRST_WAIT = 10 * SECOND
_LONGEST_WAIT = 15 * MINUTE  # nobody is locked out for ever by somebody else's guesses
_TOUCH = 5 * MINUTE  # a session in use is written down at most this often
_HASHER = PasswordHasher()  # argon2id with the library's parameters (RFC 9106, low memory)
_TOO_COMMON = ("password", "fairtag", "123456", "qwerty", "letmein", "welcome")


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A way in that ends."""

    token: str
    expires_at: Micros
    person: Person


def add_user(house: House, name: str, *, role: str, authority: str, by: str) -> str:
    """Create an account, or renew its set-up link; gives the one-time path.

    Raises: UsageError.
    """
    if not is_id(name) or role not in ROLES:
        detail = f"a name is letters, digits, dots and dashes; a role is one of {', '.join(ROLES)}"
        raise UsageError(detail)
    now, token = house.clock.now(), new_token(house)
    person = Person(
        user_id=name,
        name=name,
        role=role,
        authority_id=authority,
        created_at=now,
        made_by=by,
        made_at=now,
    )

    def work(tx: Transaction) -> None:
        known = tx.people.by_name(name)
        if known is not None and (known[0].role, known[0].authority_id) != (role, authority):
            raise UsageError(f"{name} is there as {known[0].role} of {known[0].authority_id}")
        told = {"user": name, "role": role}
        tx.audit.append(Entry(at=now, operation="admin", actor=by, what="user.add", details=told))
        tx.people.add(person, setup_hash=hash_of(token), expires_at=Micros(now + SETUP))

    house.store.transact(work)
    return f"/setup/{token}"


def finish_setup(house: House, token: str, password: str) -> Person:
    """Spend a set-up link and set the password; sessions under a former one end.

    Raises: PasswordRefused, SetupRefused.
    """
    folded = password.casefold()
    is_common = any(word in folded for word in _TOO_COMMON) or len(set(folded)) < _FREE_ATTEMPTS
    if not LEAST_PASSWORD <= len(password) <= _MOST_PASSWORD or is_common:
        raise PasswordRefused("choose at least 12 characters, without a common word or number")
    now, hashed = house.clock.now(), _HASHER.hash(password)

    def work(tx: Transaction) -> Person:
        spent = tx.people.finish_setup(hash_of(token), password_hash=hashed, at=now)
        if spent is None:
            raise SetupRefused("this link was used or is too old; ask for a new one")
        tx.people.set_attempts(spent.name, 0, not_before=Micros(0))
        _log(tx, spent.user_id, "setup", now)
        return spent

    return house.store.transact(work)


def sign_in(
    house: House, name: str, password: str, *, kind: Literal["page", "api"] = "page"
) -> Session:
    """Check a password and open a session; after five failures each try waits longer.

    Raises: SignInPaused, SignInRefused, with the same words whatever was wrong.
    """
    found = house.store.read(lambda tx: tx.people.by_name(name)) if is_id(name) else None
    # Counted before the check, so that many guesses at once are many guesses.
    whose = name if found is not None else _nobody_called(name)
    house.store.transact(partial(_take_try, name=whose, now=house.clock.now()))
    # The same work is done for a name that is not there, so that time does not tell.
    person, hashed = found or (None, "")
    is_right = _is_right(hashed or _nobody(), password[:_MOST_PASSWORD])
    if not (is_right and hashed) or person is None or person.disabled_at is not None:
        house.store.transact(
            lambda tx: _log_if_possible(tx, "nobody", "sign-in.refused", house.clock.now())
        )
        raise SignInRefused("the name or the password is wrong")
    return start_session(house, person, kind=kind)


def confirm(house: House, person: Person, password: str) -> None:
    """Check the password of somebody who is signed in, at the moment of a decision.

    Somebody waits at the desk: a store that does not answer is said within a second.

    Raises: SignInPaused, SignInRefused, NotInTime.
    """
    found = house.store.read(lambda tx: tx.people.by_name(person.name))
    house.store.soon(partial(_take_try, name=person.name, now=house.clock.now()))
    known, hashed = found or (person, "")
    is_right = _is_right(hashed or _nobody(), password[:_MOST_PASSWORD])
    if not (is_right and hashed) or known.disabled_at is not None:
        with suppress(NotInTime):  # that the password is wrong is said in any case
            house.store.soon(
                lambda tx: _log_if_possible(
                    tx, person.user_id, "confirm.refused", house.clock.now()
                ),
                or_later=True,
            )
        raise SignInRefused("the password is wrong")
    house.store.soon(lambda tx: tx.people.set_attempts(person.name, 0, not_before=Micros(0)))


def start_session(house: House, person: Person, *, kind: Literal["page", "api"]) -> Session:
    """Open a session for somebody who is known."""
    now, token = house.clock.now(), new_token(house)
    expires_at = Micros(now + round(SESSION * house.speed))

    def work(tx: Transaction) -> None:
        tx.people.set_attempts(person.name, 0, not_before=Micros(0))
        tx.people.start_session(
            hash_of(token),
            user_id=person.user_id,
            expires_at=expires_at,
            kind=kind,
            idle_until=Micros(now + round(IDLE * house.speed)) if kind == "page" else None,
        )
        _log_if_possible(tx, person.user_id, f"sign-in.{kind}", now)

    house.store.transact(work)
    return Session(token=token, expires_at=expires_at, person=person)


def who_is(house: House, token: str, *, kind: Literal["page", "api"]) -> Person | None:
    """Tell whose session a token opens, and remember that a page is in use."""
    person = _whose(house, token, kind)
    if person is not None and kind == "page":
        _keep(house, hash_of(token), house.clock.now())
    return person


def is_signed_in(house: House, token: str) -> bool:
    """Tell whether a page's session goes on, without keeping it."""
    return _whose(house, token, "page") is not None


def sign_out(house: House, token: str) -> None:
    """End a session."""
    house.store.transact(lambda tx: tx.people.end_session(hash_of(token)))


def _whose(house: House, token: str, kind: Literal["page", "api"]) -> Person | None:
    now, hashed = house.clock.now(), hash_of(token)
    return house.store.read(lambda tx: tx.people.session(hashed, at=now, kind=kind))


def _keep(house: House, hashed: bytes, now: Micros) -> None:
    until = Micros(now + round(IDLE * house.speed))
    stale = Micros(until - round(_TOUCH * house.speed))
    if house.store.read(lambda tx: tx.people.is_idle(hashed, before=stale)):
        house.store.submit(lambda tx: tx.people.keep_session(hashed, idle_until=until))


def _take_try(tx: Transaction, *, name: str, now: Micros) -> None:
    """Count one try, or say how long to wait.

    Raises: SignInPaused.
    """
    failed, not_before = tx.people.attempts(name)
    if now < not_before:
        raise SignInPaused(1 + (not_before - now) // SECOND)
    over = failed + 1 - _FREE_ATTEMPTS
    wait = 0 if over < 0 else min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(over, 10))
    tx.people.set_attempts(name, failed + 1, not_before=Micros(now + wait))


def _nobody_called(name: str) -> str:
    """Count guesses of unknown names in 256 rows: a typed name may be somebody's password."""
    return "?" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:2]


def _is_right(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (Argon2Error, InvalidHashError, UnicodeEncodeError):
        return False


def _log(tx: Transaction, actor: str, what: str, now: Micros) -> None:
    tx.audit.append(Entry(at=now, operation="auth", actor=actor, what=what))


def _log_if_possible(tx: Transaction, actor: str, what: str, now: Micros) -> None:
    """Write a sign-in down.

    Fails: open. While the log is down nothing personal opens, but alarms go on and somebody must
    be able to come and see them.
    """
    tx.audit.append(Entry(at=now, operation="auth", actor=actor, what=what), is_due=False)


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody has this secret")
