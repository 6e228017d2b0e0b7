"""Give a device what it must show: prompts of its wearer, its limits, what is taken back, an end.

Whatever stands in the table, nothing is given that would be asked at a protected hour, in a pause,
outside an order, or with too little time left to answer. Items are numbered as they are given.
Units: instants in µs UTC.
Source: contract §6; charter G6.
"""

from __future__ import annotations

import hashlib

import msgspec

from fairtag.app.books import ActivationFacts
from fairtag.app.checkins.answering.moving import challenge_of
from fairtag.app.checkins.asking import Given, Item, Pause
from fairtag.app.checkins.prompting.warn import is_standing
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.faces.capture.challenge import Challenge
from fairtag.intake.messages import CheckInState
from fairtag.orders.inforce import ruling_at
from fairtag.rules.prompts.course import is_worth_showing
from fairtag.rules.prompts.hours import protected_of, written
from fairtag.rules.prompts.limits import MOST_A_DAY
from fairtag.rules.prompts.model import Prompt
from fairtag.rules.prompts.wanted import is_wanted, zone_of
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import DAY, HOUR, SECOND, Micros, text
from fairtag.terms.local import Interval

LEAD = HOUR  # so long before it may be shown a device has a prompt: it may lose its network
_BACK = "back-"
_OPEN = (CheckInState.SCHEDULED, CheckInState.DELIVERED, CheckInState.SHOWN)


class InboxItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One item of contract §6."""

    n: int
    id: str
    kind: Item
    not_before: str | None = None
    expires_at: str | None = None
    window_s: int | None = None
    nonce: str | None = None
    condition_id: str | None = None
    modality: str | None = None
    challenge: str | None = None  # the small movement that a photo asks for; may be left out
    danger: bool = False  # heard also in protected hours
    says: str  # the code of its words, which the door writes in every language
    config: dict[str, object] | None = None


class Inbox(msgspec.Struct, frozen=True, kw_only=True):
    """An answer of the inbox."""

    items: tuple[InboxItem, ...]
    next: int  # what to ask after


class _Look(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be given to a device now, by kind and reference."""

    prompts: dict[str, Prompt] = {}
    challenges: dict[str, Challenge] = {}
    taken_back: frozenset[str] = frozenset()
    config: dict[str, object] | None = None
    config_ref: str = ""
    stop: str | None = None

    def wanted(self) -> list[tuple[Item, str]]:
        """List what the device must have been given."""
        told: list[tuple[Item, str]] = [("prompt", name) for name in self.prompts]
        told += [("message", _BACK + name) for name in sorted(self.taken_back)]
        if self.config is not None:
            told.append(("config", self.config_ref))
        if self.stop is not None:
            told.append(("stop", self.stop))
        return told


def inbox(house: House, device_id: DeviceId, *, after: int) -> Inbox:
    """List what a device must show, beyond a number; what is new gets its number first."""
    now = house.clock.now()
    look, fresh = house.store.read(lambda tx: _looked(tx, device_id, now))
    if fresh:
        look = house.store.transact(lambda tx: _give(tx, device_id, now))
    given = house.store.read(lambda tx: tx.asking.given(device_id, after=after))
    items = [_danger(one) if is_standing(one, now) else _item(one, look) for one in given]
    told = tuple(one for one in items if one is not None)
    return Inbox(items=told, next=max([after, *(one.n for one in given)]))


def _looked(tx: Transaction, device_id: DeviceId, now: Micros) -> tuple[_Look, bool]:
    look = _look(tx, device_id, now)
    fresh = any(not tx.asking.was_given(device_id, kind, ref) for kind, ref in look.wanted())
    return look, fresh


def _give(tx: Transaction, device_id: DeviceId, now: Micros) -> _Look:
    look = _look(tx, device_id, now)  # once more, in the commit that says that it was given
    for kind, ref in look.wanted():
        tx.asking.give(device_id, kind, ref, at=now)
    return look


def _look(tx: Transaction, device_id: DeviceId, now: Micros) -> _Look:
    serving = [one for one in tx.devices.serving(device_id) if not one.is_handed_on]
    wearer = next((one for one in serving if one.during.holds(now)), None)
    if wearer is None:
        over = [one for one in serving if one.during.end <= now]
        is_over = bool(over) and not any(one.during.start > now for one in serving)
        return _Look(stop=over[-1].order_id if is_over else None)
    mine = tx.asking.of_device(device_id, since=Micros(now - DAY), upto=Micros(now + LEAD))
    shown = {one.check_in_id: one for one in mine if _may_give(tx, one, wearer, now)}
    gone = frozenset(
        one.check_in_id
        for one in mine
        if one.is_void
        and one.until > now
        and tx.asking.was_given(device_id, "prompt", one.check_in_id)
    )
    moves = {name: challenge_of(tx, one) for name, one in shown.items()}
    config = _config(tx, wearer, now)
    ref = _ref(tx, device_id, config, now)
    return _Look(prompts=shown, challenges=moves, taken_back=gone, config=config, config_ref=ref)


def _ref(tx: Transaction, device_id: DeviceId, config: dict[str, object], now: Micros) -> str:
    """Name the limits that a device has now; what it had before and has again is given anew."""
    digest = hashlib.sha256(msgspec.json.encode(config, order="sorted")).hexdigest()[:32]
    former = [one.ref for one in tx.asking.given(device_id, after=0) if one.kind == "config"]
    return former[-1] if former and former[-1].startswith(digest) else f"{digest}-{now}"


def _may_give(tx: Transaction, prompt: Prompt, wearer: ActivationFacts, now: Micros) -> bool:
    """Tell whether a prompt may be shown still.

    Fails: closed.
    """
    drawn_until = Micros(prompt.until - prompt.lengthened_by)
    window = Interval(start=prompt.at, end=drawn_until)
    is_ours = (prompt.wearer_id, prompt.order_id) == (wearer.wearer_id, wearer.order_id)
    if not is_ours or prompt.is_void or prompt.state not in _OPEN:
        return False
    if prompt.modality == "human_call" or not is_worth_showing(prompt, now):
        return False
    hours = tx.asking.hours(wearer.wearer_id, window)
    if not any(one.start <= window.start and window.end <= one.end for one in hours):
        return False
    if any(_holds(one, window) for one in tx.asking.pauses(wearer.wearer_id)):
        return False
    ruling = ruling_at(tx.orders.rulings(prompt.order_id), now)
    return ruling is not None and is_wanted(ruling, prompt.condition_id, window)


def _holds(pause: Pause, window: Interval) -> bool:
    return pause.start < window.end and pause.asked_again() > window.start


def _config(tx: Transaction, wearer: ActivationFacts, now: Micros) -> dict[str, object]:
    """Tell a device its limits, so that it refuses by itself what would break them."""
    rulings = [
        tx.orders.rulings(one.order_id)[-1]
        for one in tx.orders.facts(wearer_id=wearer.wearer_id)
        if one.starts_at <= now < one.ends_at
    ]
    paused = [
        one.asked_again()
        for one in tx.asking.pauses(wearer.wearer_id)
        if one.start <= now < one.asked_again() and one.kind in ("help", "health", "staff")
    ]
    return {
        "protected_hours": written(protected_of(rulings)),
        "time_zone": zone_of(rulings) if rulings else "UTC",
        "most_a_day": MOST_A_DAY,
        "any_hours": DAY // HOUR,
        "paused": bool(paused),
        "paused_until": _until(max(paused, default=None)),
    }


def _until(at: Micros | None) -> str | None:
    """Write when a pause is over; None: no pause, or one that a person ends."""
    return None if at is None or at > _FAR else text(at)


_FAR = Micros(4_102_444_800 * SECOND)  # 2100-01-01


def _item(given: Given, look: _Look) -> InboxItem | None:
    """Write what a device was given; what is no longer to be shown is left out."""
    ref = given.ref
    match given.kind:
        case "prompt":
            prompt = look.prompts.get(ref)
            return None if prompt is None else _of_prompt(given.n, prompt, look.challenges[ref])
        case "message":
            name = ref.removeprefix(_BACK)
            is_shown = name in look.taken_back
            found = InboxItem(n=given.n, id=name, kind="message", says="taken_back")
        case "config":
            config = look.config or {}
            is_shown = ref == look.config_ref
            says = "paused" if config.get("paused") else "hours"
            found = InboxItem(n=given.n, id=ref, kind="config", config=config, says=says)
        case _:
            is_shown = ref == look.stop
            found = InboxItem(n=given.n, id=ref, kind="stop", says="stop")
    return found if is_shown else None


def _danger(given: Given) -> InboxItem:
    """Write a warning of danger to life; nothing holds it back, no pause and no hour."""
    return InboxItem(n=given.n, id=given.ref, kind="message", danger=True, says="danger")


def _of_prompt(n: int, prompt: Prompt, challenge: Challenge) -> InboxItem:
    is_asked = challenge is not Challenge.NOTHING
    return InboxItem(
        n=n,
        id=prompt.check_in_id,
        kind="prompt",
        not_before=text(prompt.at),
        expires_at=text(prompt.until),
        window_s=(prompt.until - prompt.at) // SECOND,
        nonce=prompt.nonce,
        condition_id=prompt.condition_id,
        modality=prompt.modality,
        challenge=challenge.value if is_asked else None,
        says=prompt.modality,
    )
