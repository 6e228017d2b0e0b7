"""How does what a wearer may see read? Local times, plain words, nobody else.

Units: µs UTC in; texts out.
"""

from __future__ import annotations

from typing import Any

from fairtag.app.deciding.told import CheckInTold, DecisionTold
from fairtag.app.wearer.looks import HoldShown, LookShown, NoticeShown, OrderShown, WearerPage
from fairtag.custody.delay import DelayReason
from fairtag.custody.opening import GrantKind
from fairtag.review.deciding import Outcome
from fairtag.terms.instants import Micros
from fairtag.terms.local import wall_text
from fairtag.web.portal import words
from fairtag.web.words import LANGUAGES, Catalogue, catalogue


def shown(page: WearerPage, language: str) -> dict[str, Any]:
    """Give what the template shows; `language` is that of what else was written down."""
    zone = page.orders[-1].time_zone if page.orders else "UTC"
    return {
        "reference": page.wearer_id,
        "zone": zone,
        "orders": [_order(one) for one in page.orders],
        "looks": [_look(one, zone) for one in page.looks],
        "disclosures": [
            {"at": wall_text(one.at, zone), "told": one.words, "by": ", ".join(one.by)}
            for one in page.disclosures
        ],
        "check_ins": [_check_in(one, zone) for one in page.check_ins],
        "decisions": [_decision(one, zone) for one in page.decisions],
        "holds": [_hold(one, zone) for one in page.holds],
        "written": _written(page, catalogue(language), zone),
        "contests": [
            {"at": wall_text(one.at, zone), "stands": _answered(answered, zone)}
            for one, answered in page.contests
        ],
    }


def _written(page: WearerPage, words_of: Catalogue, zone: str) -> dict[str, Any]:
    """Say what else was written down, in one of the languages; the page has links to the others."""
    told = words_of.words
    rows = [
        {
            "told": told[f"done.{one.code}"],
            "times": told["done.times"].format(n=one.times, when=wall_text(one.last_at, zone)),
        }
        for one in page.written
    ]
    return {
        "language": words_of.language,
        "dir": words_of.dir,
        "title": told["done.title"],
        "lead": told["done.lead"],
        "unreviewed": "" if words_of.reviewed else told["unreviewed"],
        "rows": rows,
        "others": [(one, catalogue(one).name) for one in LANGUAGES if one != words_of.language],
    }


def _check_in(one: CheckInTold, zone: str) -> dict[str, Any]:
    again = ""
    if one.again_until is not None and one.stands not in ("confirmed", "decided"):
        again = words.WORDS["again"].format(until=wall_text(one.again_until, zone))
    return {
        "id": one.check_in_id,
        "at": wall_text(one.received_at, zone),
        "told": words.CHECK_INS[one.stands],
        "again": again,
        "may_say": one.stands in ("waits", "not_confirmed", "decided"),
        "is_asked": one.stands == "not_confirmed",
        "said": words.WORDS["said"].format(n=one.statements) if one.statements else "",
    }


def _decision(one: DecisionTold, zone: str) -> dict[str, Any]:
    return {
        "at": wall_text(one.at, zone),
        "about": one.about,
        "told": words.FOUND[one.outcome],
        "is_against": one.outcome is Outcome.NON_COMPLIANCE and not one.is_replaced,
        "reason": one.reason,
        "excuse": one.excuse,
        "who": f"{words.ROLES.get(one.role, one.role)} {one.by}",
        "is_open_again": one.is_open_again,
        "is_replaced": one.is_replaced,
    }


def _answered(at: Micros | None, zone: str) -> str:
    if at is None:
        return words.WORDS["contest_open"]
    return words.WORDS["contest_closed"].format(when=wall_text(at, zone))


def _order(order: OrderShown) -> dict[str, Any]:
    return {
        "id": order.order_id,
        "authority": order.authority,
        "law": order.legal_basis,
        "starts": wall_text(order.starts_at, order.time_zone),
        "ends": wall_text(order.ends_at, order.time_zone),
        "review": order.review_by,
        "devices": order.devices,
        "asks": [words.CONDITIONS.get(one, one) for one in order.conditions],
        "stopped": _stopped(order),
        "told": [_told(one, order.time_zone) for one in order.told],
        "nobody_told": order.lapsed_since is not None and not order.told,
    }


def _stopped(order: OrderShown) -> str:
    """Say that recording stopped; empty while it goes on."""
    if order.lapsed_since is None:
        return ""
    since = wall_text(order.lapsed_since, order.time_zone)
    told = words.WORDS["stopped"].format(by=order.review_by, since=since)
    return f"{told} {words.WORDS['standing' if order.is_standing else 'not_judged']}"


def _told(notice: NoticeShown, zone: str) -> str:
    key = "told_resumed" if notice.is_resumed else "told_stopped"
    said = words.WORDS[key].format(who=words.WHOM[notice.whom], when=wall_text(notice.at, zone))
    return said if notice.is_sent else f"{said} {words.WORDS['told_waits']}"


def _hold(hold: HoldShown, zone: str) -> str:
    told = f"{hold.words} {hold.case}".strip()
    if hold.until is None:
        return told
    return f"{told} {words.WORDS['held_until'].format(until=wall_text(hold.until, zone))}"


def _look(look: LookShown, zone: str) -> dict[str, Any]:
    times = ""
    if look.since is not None and look.upto is not None:
        since, upto = wall_text(look.since, zone), wall_text(look.upto, zone)
        times = words.WORDS["times"].format(since=since, upto=upto)
    late = ""
    if look.delayed_until is not None:
        late = words.WORDS["late"].format(
            until=wall_text(look.delayed_until, zone),
            why=words.DELAYS[DelayReason(look.delayed_for)],
        )
    return {
        "at": wall_text(look.at, zone),
        "who": f"{words.ROLES.get(look.role, look.role)}, {look.office}",
        "staff": look.staff,
        "what": words.LOOKED_AT[GrantKind(look.what)],
        "times": times,
        "why": "" if look.purpose is None else words.PURPOSES[look.purpose],
        "two_people": look.two_people,
        "is_refused": look.is_refused,
        "late": late,
        "entry": look.entry,
    }
