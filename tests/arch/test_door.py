"""What is sealed leaves the store through few hands: the judge's, and one logged opening."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "fairtag"

# Who may call what opens sealed records; nobody else does, in any room.
HANDS = {
    # The free text of the log's entries, not what they are about.
    "unseal": {"adapters", "app/log/reason.py"},
    "unseal_many": {"adapters"},
    "evidence": {"app/openings/read.py"},
    "past": {
        "app/judging/engine.py",
        "app/openings/read.py",
        "app/disclosure/gather.py",
        "adapters/sqlite/journal.py",
    },
    "after": {"adapters/sqlite/journal.py"},
    # Rows and chunks of trails: the machine's own putting together; no person sees anything.
    "of_pile": {"app/trail/compact.py"},
    "of_day": {"app/trail/compact.py"},
    "numbered": {"adapters/sqlite/journal.py"},
    # What an opening may show, in chunks and rows: messages, and positions as columns.
    "told": {"cli/measuring/trails.py"},  # the bench: of invented wearers
    "places": {"adapters/sqlite/journal.py", "cli/measuring/trails.py"},
    "identity": {"app/openings/read.py", "app/disclosure/emergency.py"},
    "opened": {"app/openings/read.py"},  # what concerns third persons
    # What a wearer contests.
    "text": {"app/openings/read.py", "app/deciding/basis.py", "app/disclosure/account/read.py"},
    "address": {"app/outside/tell.py"},  # of a representative, to send there
    "reason": {"app/openings/break_glass.py"},
    # Faces: the comparison's templates, and every kept picture for another engine. No person sees
    # anything; pages open pictures through the reviewing rooms and the look at a set that waits
    # only, and a package that names them.
    "templates": {"app/checkins/answering/compare.py"},
    "kept": {"app/checkins/enrolling/reenrol.py", "app/disclosure/account/read.py"},
    "pictures": {
        *("app/reviewing/deal.py", "app/checkins/enrolling/confirm.py"),
        "app/disclosure/account/read.py",
    },
    "note": {"app/deciding/basis.py", "app/disclosure/account/read.py"},
    "reasons": {"app/deciding/told.py", "app/disclosure/account/read.py"},
    "words": {"app/deciding/basis.py", "app/disclosure/account/read.py"},
    "derived": {"app/checkins/answering/compare.py"},
    # A wearer's words, after the entry of who reads; and beside the same words sent again by the
    # same wearer, of which nobody sees either; and a package that holds them.
    "complained": {
        *("app/complaints/read.py", "app/complaints/record.py"),
        "app/disclosure/account/read.py",
    },
    "replied": {"app/complaints/read.py", "app/disclosure/account/read.py"},
    "in_counts": {"app/fairness/tell.py"},  # what wearers said of themselves: counted, forgotten
}
BOOKS = {
    "journal",
    "chunks",
    "_chunks",
    "alerts",
    "orders",
    "vault",
    "_vault",
    "envelope",
    "apart",
    "contests",
    "complaints",
    "openings",
    "answers",
    "enrolments",
    "known_pairs",
    "photo_reviews",
    "decisions",
    "declared",
    "outside",
}


def openings(source: str) -> set[str]:
    """List what of a module opens, such as `tx.alerts.evidence`: called, or handed on."""
    return {
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and node.attr in HANDS
        and isinstance(node.value, ast.Attribute | ast.Name)
        and (getattr(node.value, "attr", "") or getattr(node.value, "id", "")) in BOOKS
    }


def is_allowed(path: str, call: str) -> bool:
    return any(path == hand or path.startswith(f"{hand}/") for hand in HANDS[call])


@pytest.mark.parametrize(
    "path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE))
)
def test_only_the_named_hands_open(path: Path) -> None:
    place = str(path.relative_to(SOURCE))
    assert {call for call in openings(path.read_text()) if not is_allowed(place, call)} == set()


def test_negative_control_a_page_that_opens_by_itself_is_noticed() -> None:
    calls = openings("def page(tx):\n    return tx.alerts.evidence('a') + tx.journal.after(0)\n")
    assert calls == {"evidence", "after"}
    assert not any(is_allowed("web/console/lists.py", call) for call in calls)
    calls = openings("def page(tx):\n    return tx.journal.told('o', 1), tx.chunks.of_day(2)\n")
    assert calls == {"told", "of_day"}
    assert not any(is_allowed("app/handle_alert.py", call) for call in calls)


def test_the_list_of_hands_is_no_longer_than_needed() -> None:
    used = {
        (call, str(path.relative_to(SOURCE)))
        for path in SOURCE.rglob("*.py")
        for call in openings(path.read_text())
    }
    for call, hands in HANDS.items():
        for hand in hands:
            assert any(one == call and place.startswith(hand) for one, place in used), (call, hand)
