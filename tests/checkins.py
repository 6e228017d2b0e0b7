"""A wearer who is asked: an order with check-ins, drawn days, and what the device does then."""

from __future__ import annotations

import json
from typing import Any

from tests.rig import Rig, order_of

from fairtag.app.checkins.plan import Planner
from fairtag.app.checkins.prompting.settle import settle
from fairtag.rules.prompts.model import Prompt
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import DAY, Micros, text
from fairtag.terms.local import Interval

WEARER = WearerId("W-1")


def check_in(**changed: Any) -> dict[str, Any]:
    """Give a check-in condition as an order file has it."""
    told = {
        "id": "p1",
        "kind": "check_in",
        "modality": "face_photo",
        "max_per_day": 3,
        "allowed": [],
        "answer_within_min": 30,
        "min_gap_min": 60,
    }
    return told | changed


def asked(rig: Rig, number: int = 1, *conditions: dict[str, Any], **changed: Any) -> str:
    """Store an order with check-ins of a phone; gives the device."""
    phone = order_of(number)["devices"][0] | {"type": "non_fitted"}
    told = {"devices": [phone], "conditions": list(conditions) or [check_in()]}
    return rig.wearer(number, **(told | changed))


def plan(rig: Rig) -> Planner:
    """Draw what is missing, as a service that has just started does."""
    planner = Planner(rig.house)
    planner.step()
    return planner


def prompts(rig: Rig, wearer: str = WEARER) -> list[Prompt]:
    """List a wearer's prompts."""
    ever = Interval(start=Micros(rig.clock.at - 40 * DAY), end=Micros(rig.clock.at + 40 * DAY))
    return rig.house.store.read(lambda tx: tx.prompts.about(WearerId(wearer), ever))


def go_to(rig: Rig, at: int) -> None:
    """Move the clock to an instant and let timers fall due."""
    rig.clock.at = Micros(at)
    rig.judge()


def ask(rig: Rig, device: str, path: str, told: dict[str, Any] | None = None) -> Any:
    """Speak to an address of a device's own."""
    head = {"Authorization": f"Bearer {rig.tokens[device]}"}
    if told is None:
        return rig.client.get(f"/d/v1/{path}", headers=head)
    return rig.client.post(f"/d/v1/{path}", headers=head, content=json.dumps(told))


def items(rig: Rig, device: str, after: int = 0) -> list[dict[str, Any]]:
    """Fetch a device's inbox."""
    return list(ask(rig, device, f"inbox?after={after}").json()["items"])


def shown(rig: Rig, device: str, after: int = 0) -> list[str]:
    """List the check-ins that a device is given."""
    return [one["id"] for one in items(rig, device, after) if one["kind"] == "prompt"]


def receipt(rig: Rig, device: str, check_in_id: str, state: str, **more: Any) -> Any:
    """Say how far a prompt came on the device."""
    told = {"check_in_id": check_in_id, "condition_id": "p1", "state": state}
    return rig.say(device, rig.line(device, type="check_in", **(told | more)))


def first_shown(rig: Rig, device: str) -> Prompt:
    """Go on until a prompt is on the device's screen."""
    plan(rig)
    prompt = next(one for one in prompts(rig) if one.at > rig.clock.at)
    go_to(rig, prompt.at)
    assert shown(rig, device) == [prompt.check_in_id]
    receipt(rig, device, prompt.check_in_id, "delivered")
    receipt(rig, device, prompt.check_in_id, "shown")
    return prompt


def expire(rig: Rig, device: str, prompt: Prompt) -> Any:
    """Let the time to answer pass."""
    go_to(rig, prompt.until)
    return receipt(rig, device, prompt.check_in_id, "expired_shown", at=text(prompt.until))


def settled(rig: Rig) -> None:
    """Let a round of care pass."""
    settle(rig.house)
    rig.judge()
