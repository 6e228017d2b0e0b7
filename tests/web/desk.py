"""A member of staff at a desk: signed in on the pages and with a token, but without a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from starlette.testclient import TestClient
from tests.rig import Rig

from fairtag.adapters.sqlite.people import people
from fairtag.app.books import Person
from fairtag.app.sign_in import add_user, start_session

CSRF = re.compile(r'name="csrf" value="(\w+)"')


@dataclass(slots=True)
class Desk:
    """One person's cookies and token."""

    name: str
    client: TestClient
    token: str = ""
    csrf: str = ""

    def get(self, path: str, **told: Any) -> Any:
        return self.client.get(path, follow_redirects=False, **told)

    def send(self, path: str, **form: str) -> Any:
        """Post a form of one of our pages."""
        return self.client.post(path, data={"csrf": self.csrf} | form, follow_redirects=False)

    def ask(self, method: str, path: str, **told: Any) -> Any:
        """Ask the staff API."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.request(method, path, headers=headers, follow_redirects=False, **told)


def at_desk(rig: Rig, name: str, role: str) -> Desk:
    """Make an account and open both kinds of session, without the slow hash of a password."""
    known = role if role in _ROLES else "liaison"
    add_user(rig.house, name, role=known, authority="ho", by="test")
    if role != known:  # a row that no command writes
        change(rig, name, role=role)
    person, _ = rig.house.store.read(lambda tx: tx.people.by_name(name))
    return desk_of(rig, person)


def desk_of(rig: Rig, person: Person) -> Desk:
    """Open both kinds of session of somebody who has an account."""
    desk = visitor(rig, person.name)
    desk.token = start_session(rig.house, person, kind="api").token
    desk.client.cookies.set(
        "fairtag_session", start_session(rig.house, person, kind="page").token, domain="127.0.0.1"
    )
    found_csrf(desk)
    return desk


def visitor(rig: Rig, name: str = "nobody") -> Desk:
    """Sit down without signing in."""
    client = TestClient(rig.client.app, base_url="http://127.0.0.1:8080")
    return Desk(name=name, client=client)


def found_csrf(desk: Desk) -> str:
    """Read the secret of this session's forms from a page."""
    found = CSRF.search(desk.get("/charter").text)
    desk.csrf = "" if found is None else found[1]
    return desk.csrf


def change(rig: Rig, name: str, **values: Any) -> None:
    """Change an account as no command does."""
    statement = update(people).where(people.c.name == name).values(**values)
    rig.house.store.transact(lambda tx: tx.people._db.execute(statement))  # type: ignore[attr-defined]


_ROLES = (
    "officer",
    "supervisor",
    "caseworker",
    "contractor",
    "inspector",
    "reviewer",
    "liaison",
    "admin",
)
