"""Who is called out: nobody for what old data told as over, always for whoever may be in danger."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest
from msgspec.structs import replace
from tests.unit.alerts.specimens import ROSTER, at, finding, gathered, raised

from fairtag.alerts import live as calling
from fairtag.alerts.escalate import escalation, handed_over
from fairtag.alerts.handle import acknowledge, close
from fairtag.alerts.live import calls, is_late, late_words, let_through
from fairtag.alerts.model import Alert, AlertState, Cause
from fairtag.rules.finding import URGENT, Finding, Kind, State

ANN, BEN, CYD = (one.to for one in ROSTER)
NIGHT = -600  # minutes: ten hours before it was told
URGENT_BY_PLACE_OR_STRAP = sorted(URGENT - {Kind.WEARER_HELP})


def late(kind: Kind = Kind.ZONE_ENTERED, name: str = "f_1", **told: object) -> Finding:
    """Give what data of last night tell now: it goes on by the newest of them, unless told."""
    return finding(kind, name, **{"late": True, "began_at": at(NIGHT)} | told)


def over(one: Finding, minutes: float = NIGHT + 10, **told: object) -> Finding:
    """Give the revision that ends a finding."""
    ended = {"rev": one.rev + 1, "state": State.CLOSED, "ended_at": at(minutes)}
    return replace(one, **ended | told)


def played(alert: Alert, minutes: Sequence[float]) -> list[object]:
    """Play rounds of escalation; lists who was told in each, and how urgently."""
    found: list[object] = []
    for minute in minutes:
        due = escalation(alert, ROSTER, now=at(minute))
        found.append(() if due is None else (*due.to, due.urgency))
        alert = alert if due is None else due.alert
    return found


def gathered_all(findings: Sequence[Finding], first: Alert | None = None) -> list[Alert]:
    """Gather findings one after the other, a minute each; gives the alerts that came of them."""
    alerts = {} if first is None else {first.alert_id: first}
    for minute, one in enumerate(findings):
        known = list(alerts.values())
        made = gathered(one, known, now=at(minute), name=f"a_{len(alerts) + 1}").alert
        if made is not None:
            alerts[made.alert_id] = made
    return list(alerts.values())


@pytest.mark.parametrize("kind", URGENT_BY_PLACE_OR_STRAP)
def test_what_late_data_tell_as_over_is_looked_at_and_calls_nobody_out(kind: Kind) -> None:
    alert = raised(over(late(kind)))

    assert (alert.priority, alert.urgent_at, alert.state) == ("normal", None, "raised")
    assert (calls(alert), is_late(alert), alert.kind) == (False, True, kind)
    assert played(alert, [0, 5, 15, 30, 60, 600]) == [(ANN, "normal"), (), (), (), (), ()]


@pytest.mark.parametrize("kind", URGENT_BY_PLACE_OR_STRAP)
@pytest.mark.parametrize(
    "told",
    [
        {"late": False},
        {"late": False, "began_at": at(NIGHT)},
        {},  # it goes on by the newest data
        {"state": State.CLOSED, "ended_at": at(NIGHT + 10), "late": False},
        {"state": State.CLOSED, "ended_at": at(-15)},  # labelled so by another old position
    ],
)
def test_negative_control_live_data_and_what_goes_on_call_as_ever(
    kind: Kind, told: dict[str, object]
) -> None:
    alert = raised(late(kind, **told))

    assert (alert.priority, alert.urgent_at) == ("urgent", at(0))
    assert played(alert, [5, 15, 30]) == [(ANN, "urgent"), (BEN, "urgent"), (CYD, "urgent")]


@pytest.mark.parametrize("is_late_told", [True, False])
@pytest.mark.parametrize("state", [State.OPENED, State.CLOSED, State.CORRECTED, State.WITHDRAWN])
def test_a_call_for_help_calls_until_a_person_closes_it(
    state: State,
    is_late_told: bool,  # noqa: FBT001
) -> None:
    one = late(Kind.WEARER_HELP, late=is_late_told)
    alert = gathered_all([one, over(one, state=state)])[0]
    done, _ = close(alert, by="ann", cause=Cause.WELFARE_DONE, reason="She is safe.", now=at(40))

    assert (alert.priority, alert.urgent_at) == ("urgent", at(0))
    assert played(alert, [5, 15, 30, 60]) == [
        *((ANN, "urgent"), (BEN, "urgent"), (CYD, "urgent"), (CYD, "urgent")),
    ]
    assert played(done, [60, 600]) == [(), ()]


def test_a_late_call_for_help_is_urgent_also_when_it_is_first_told_as_past() -> None:
    assert raised(over(late(Kind.WEARER_HELP))).priority == "urgent"
    assert let_through([one := late(Kind.WEARER_HELP), over(one)]) == [True, True]


def test_what_goes_on_by_late_data_calls_until_they_say_that_it_is_over() -> None:
    one = late()
    going_on = raised(one)
    ended = gathered(over(one), [going_on], now=at(7)).alert
    assert ended is not None

    assert played(going_on, [5, 15]) == [(ANN, "urgent"), (BEN, "urgent")]
    assert played(replace(ended, escalated=1), [15, 30, 600]) == [(), (), ()]
    assert ended.priority == "urgent"  # which no alert loses


def test_negative_control_an_end_that_live_data_tell_calls_on() -> None:
    one = late()

    ended = gathered(over(one, -1, late=False), [raised(one)], now=at(1)).alert

    assert ended is not None
    assert played(ended, [5, 15]) == [(ANN, "urgent"), (BEN, "urgent")]


@pytest.mark.parametrize("order", list(permutations(range(4))))
@pytest.mark.parametrize("is_over_live", [True, False])
def test_a_live_entry_calls_in_every_order_of_arrival(
    order: Sequence[int],
    is_over_live: bool,  # noqa: FBT001
) -> None:
    """Whatever late data tell before or after it, and whatever of them is withdrawn."""
    live = finding(name="f_live", began_at=at(-1))
    bygone = over(late(name="f_1", began_at=at(-40)), -20)
    told = [
        [live, over(live, -0.5)] if is_over_live else [live],
        [bygone],
        [late(name="f_2", began_at=at(-30), ended_at=at(-18), state=State.CLOSED, rev=2)],
        [gone := late(name="f_3", began_at=at(-20)), over(gone, state=State.WITHDRAWN)],
    ]

    alerts = gathered_all([one for place in order for one in told[place]])

    holder = next(one for one in alerts if "f_live" in one.findings)
    assert (calls(holder), holder.priority) == (True, "urgent")
    assert holder.urgent_at is not None
    assert played(holder, [40]) == [(ANN, BEN, CYD, "urgent")]


def test_a_live_entry_that_joins_what_came_late_is_urgent_from_then() -> None:
    """The message without urgency stands for no step of the roster."""
    first = raised(over(late(began_at=at(-40)), -20))
    told = escalation(first, ROSTER, now=at(1))
    assert told is not None

    joined = gathered(finding(name="f_2", began_at=at(2)), [told.alert], now=at(3)).alert

    assert joined is not None
    assert (joined.alert_id, joined.priority, joined.urgent_at) == ("a_1", "urgent", at(3))
    assert played(joined, [4, 8, 18, 33]) == [
        *((), (ANN, "urgent"), (BEN, "urgent"), (CYD, "urgent")),
    ]


def test_a_live_entry_does_not_join_what_came_late_and_somebody_has_in_hand() -> None:
    taken, _ = acknowledge(raised(over(late(began_at=at(-40)), -20)), by="ben", now=at(1))

    alert = gathered(finding(name="f_2", began_at=at(2)), [taken], now=at(3), name="a_2").alert

    assert alert is not None
    assert (alert.alert_id, alert.priority, alert.state) == ("a_2", "urgent", "raised")


def test_late_data_that_say_it_goes_on_after_all_tell_whoever_has_it() -> None:
    one = over(late())
    taken, _ = acknowledge(raised(one), by="ben", now=at(1))

    changed = replace(one, rev=3, state=State.CORRECTED, ended_at=None)
    alert = gathered(changed, [taken], now=at(2)).alert

    assert alert is not None
    assert (alert.priority, alert.urgent_at, alert.stirred_at) == ("urgent", at(2), at(2))
    assert played(alert, [2]) == [(BEN, "urgent")]


def test_what_a_ruling_changes_about_the_past_calls_nobody() -> None:
    """An absence that is recorded the next day is no live data."""
    one = over(late())

    for told in ({"cause": "excused"}, {"ended_at": at(NIGHT + 5)}):
        changed = replace(one, rev=3, state=State.CORRECTED, late=False, **told)
        alert = gathered(changed, [raised(one)], now=at(900)).alert
        assert alert is not None
        assert (alert.priority, calls(alert), is_late(alert)) == ("normal", False, True)


def test_what_goes_on_by_late_data_and_is_excused_afterwards_calls_nobody() -> None:
    one = late()
    changed = {"state": State.CORRECTED, "cause": "excused", "late": False, "ended_at": at(60)}

    alert = gathered(replace(one, rev=2, decided_at=at(60), **changed), [raised(one)]).alert

    assert alert is not None
    assert (alert.priority, calls(alert), is_late(alert)) == ("urgent", False, True)


def test_negative_control_what_live_data_told_and_is_excused_calls_on() -> None:
    one = finding()
    changed = {"state": State.CORRECTED, "cause": "excused", "ended_at": at(60)}

    alert = gathered(replace(one, rev=2, decided_at=at(60), **changed), [raised(one)]).alert

    assert alert is not None
    assert calls(alert)


def test_what_goes_on_keeps_its_words() -> None:
    assert raised(late()).parts[0].words == {"en": "zone.entered."}
    assert raised(over(late())).parts[0].words == {}


@pytest.mark.parametrize("is_taken", [True, False])
def test_nobody_is_told_any_more_of_what_was_withdrawn(is_taken: bool) -> None:  # noqa: FBT001
    one = finding()
    alert = raised(one)
    alert = acknowledge(alert, by="ben", now=at(1))[0] if is_taken else alert
    gone = gathered(over(one, 3, state=State.WITHDRAWN), [alert], now=at(4)).alert
    assert gone is not None

    assert (gone.state, gone.withdrawn) == (alert.state, True)
    assert played(gone, [5, 15, 61, 600]) == [(), (), (), ()]
    assert played(alert, [61]) != [()]  # negative control


def test_what_is_withdrawn_in_part_calls_for_the_other() -> None:
    one, other = finding(name="f_1"), finding(name="f_2", began_at=at(1))

    alert = gathered_all([one, other, over(one, 2, state=State.WITHDRAWN)])[0]

    assert played(alert, [6, 15]) == [(ANN, "urgent"), (BEN, "urgent")]


def test_what_joins_a_withdrawn_alert_starts_along_the_roster_again() -> None:
    one = finding()
    gone = gathered_all([one, over(one, 1, state=State.WITHDRAWN)])[0]

    alert = gathered(finding(name="f_2", began_at=at(20)), [gone], now=at(21)).alert

    assert alert is not None
    assert (alert.alert_id, alert.urgent_at, alert.escalated) == ("a_1", at(21), 0)
    assert played(alert, [25, 26]) == [(), (ANN, "urgent")]


def test_what_calls_nobody_is_handed_over_without_urgency() -> None:
    one = finding()
    taken, _ = acknowledge(raised(one), by="zoe", now=at(1))
    gone = gathered(over(one, 3, state=State.WITHDRAWN), [taken], now=at(4)).alert
    assert gone is not None

    due = handed_over(gone, ROSTER, gone={"zoe"}, now=at(9))

    assert due is not None
    assert (due.to, due.urgency) == ((ANN,), "normal")


def test_of_one_commit_alerts_take_what_came_of_a_bygone_finding() -> None:
    one, other = late(name="f_1"), finding(name="f_2")

    assert let_through([one, other, over(one)]) == [False, True, True]


@pytest.mark.parametrize(
    "told",
    [
        [finding(), over(finding())],  # live
        [late()],  # goes on
        [late(), over(late(), -1)],  # over only now
        [late(rev=2), over(late(rev=2))],  # an alert has it already
        [late(), over(late(), state=State.WITHDRAWN)],  # a person sees what was taken back
        [late(), over(late(), late=False)],
        [finding(began_at=at(NIGHT)), over(late())],  # seen live, and its end came late
        [late(Kind.CURFEW_LEFT), over(late(Kind.CURFEW_LEFT))],  # never urgent
    ],
)
def test_negative_control_every_other_revision_is_taken(told: list[Finding]) -> None:
    assert let_through(told) == [True] * len(told)


def test_what_came_late_is_said_with_its_times() -> None:
    bygone, going_on, live = over(late()), late(), finding(name="f_2", began_at=at(-5))
    near = over(late(began_at=at(-40)), -20)

    assert late_words(raised(bygone), "UTC") == (
        "Late: data from Tue 3 Nov 2026, 10:00 to Tue 3 Nov 2026, 10:10, received "
        "Tue 3 Nov 2026, 20:00. It was over by then: send nobody out as if it were now."
    )
    assert late_words(raised(going_on), "UTC") == (
        "Late: data from Tue 3 Nov 2026, 10:00 on, received Tue 3 Nov 2026, 20:00. "
        "It may still go on."
    )
    assert late_words(gathered_all([near, live])[0], "UTC") == (
        "Partly late: data from Tue 3 Nov 2026, 19:20 to Tue 3 Nov 2026, 19:40, received "
        "Tue 3 Nov 2026, 20:00."
    )
    assert late_words(raised(live), "UTC") == ""
    # A call for help is not over because time went by.
    help_ = late_words(raised(over(late(Kind.WEARER_HELP))), "UTC")
    assert help_ == late_words(raised(going_on), "UTC")


def test_a_closed_alert_calls_nobody_by_what_late_data_change() -> None:
    one = over(late())
    done, _ = close(
        raised(one), by="ann", cause=Cause.REFERRED, reason="Handed to the authority.", now=at(9)
    )

    alert = gathered(replace(one, rev=3, ended_at=at(-5), late=False), [done]).alert

    assert alert is not None
    assert alert.state is AlertState.CLOSED
    assert played(alert, [600]) == [()]


def ended_late() -> Alert:
    """Told late at 00:30, live until 01:00 without a word, and the end is uploaded at 01:25."""
    one = finding(Kind.ZONE_ENTERED, late=True, began_at=at(10), decided_at=at(30))
    alert = raised(one)
    ended = replace(one, rev=2, state=State.CLOSED, late=True, ended_at=at(65), decided_at=at(85))
    changed = gathered(ended, [alert]).alert
    assert changed is not None
    return changed


def test_what_went_on_after_people_were_told_is_not_silenced_by_a_late_end() -> None:
    changed = ended_late()

    assert calls(changed)
    assert not is_late(changed)


def test_negative_control_the_label_alone_would_silence_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def labelled(one: Finding, _former: object) -> int | None:
        return one.decided_at if one.late else None

    monkeypatch.setattr(calling, "_late_at", labelled)

    changed = ended_late()

    assert not calls(changed)
    assert is_late(changed)
