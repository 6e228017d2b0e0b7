"""Ways in which data were lost or judged in part; each was seen before it was mended."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.rig import HOME, Rig, opened_rig, order_of

from fairtag.adapters.sqlite.writer import Writer
from fairtag.app.add_device import add_device
from fairtag.app.judging import Engine, clean_replay
from fairtag.app.open_record import open_evidence
from fairtag.app.put_order import put_order
from fairtag.app.reconcile import reconcile
from fairtag.orders.scheme import seed_scheme
from fairtag.terms.errors import OrderConflict
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import DAY, HOUR, MINUTE, SECOND, Micros, text


def put(rig: Rig, **changed: Any) -> None:
    document = json.dumps(order_of(**changed)).encode()
    put_order(rig.house, document, scheme=seed_scheme(), by="test")


def test_a_version_that_starts_later_does_not_stop_an_order_that_runs(rig: Rig) -> None:
    device = rig.wearer()
    with pytest.raises(OrderConflict, match="runs"):
        put(rig, version=2, supersedes=1, starts_at=text(Micros(rig.clock.at + 3 * DAY)))
    assert rig.say(device, rig.line(device)).status_code == 200


def test_a_clock_that_is_set_back_hides_no_version_from_the_judge(rig: Rig) -> None:
    rig.wearer()
    rig.judge()
    rig.clock.at = Micros(rig.clock.at - 5 * SECOND)
    put(rig, version=2, supersedes=1, conditions=order_of()["conditions"][:1])
    rig.judge()

    judge = rig.engine.known(OrderId("ORD-1"))
    assert judge is not None
    known = judge.rulings
    assert [one.version for one in known] == [1, 2]
    assert known[1].recorded_at > known[0].recorded_at


def test_a_caller_who_goes_away_does_not_stop_the_writer() -> None:
    class Quiet:
        in_transaction = False

        def execute(self, _told: str) -> Any:
            return self

        def close(self) -> None:
            """Nothing is open."""

    writer = Writer(lambda: (Quiet(), None))  # type: ignore[arg-type, return-value]
    gone = writer.submit(lambda _: 1)
    assert not gone.cancel()
    assert writer.submit(lambda _: 2).result(5) == 2
    writer.close()


def test_an_upload_of_two_epochs_newest_first_accuses_nobody(rig: Rig) -> None:
    device = rig.wearer()
    rig.clock.at = Micros(rig.clock.at + 20 * HOUR)  # Tuesday 20:00 GMT: the curfew runs
    begins = rig.clock.at - 90 * MINUTE

    def lines(epoch: int, first: int, number: int, north: float) -> list[dict[str, Any]]:
        return [
            {
                "type": "position",
                "epoch": epoch,
                "seq": n + 1,
                "at": text(Micros(begins + (first + n) * MINUTE)),
                "lat": HOME[0] + north + n * 1e-5,
                "lon": HOME[1],
                "accuracy_m": 8.0,
                "source": "gnss",
            }
            for n in range(number)
        ]

    rig.say(device, *lines(1, 40, 20, 0.02), *lines(0, 0, 40, 0.0))

    told = [one for _, one in rig.house.store.read(lambda tx: tx.verdicts.feed(after=0, limit=99))]
    assert [one.kind for one in told if one.kind.startswith("curfew.")] == ["curfew.left"]
    assert rig.engine.digest_input() == clean_replay(rig.house)


def test_a_new_credential_comes_with_an_epoch_of_its_own(rig: Rig) -> None:
    device = rig.wearer()
    rig.say(device, rig.line(device))
    again = add_device(rig.house, device, by="test")
    rig.tokens[device], rig.seq[device] = again.token, 0
    rig.clock.at = Micros(rig.clock.at + MINUTE)

    answer = rig.say(device, rig.line(device, epoch=again.epoch)).json()

    assert again.epoch == 1
    assert answer["quarantined"] == []
    assert answer["stored"][device] == {"epoch": 1, "upto": 1, "missing": []}


def test_an_alert_after_a_restart_keeps_what_came_before_it(rig: Rig) -> None:
    device = rig.wearer()

    def walk(minutes: int, north: float) -> None:
        for minute in range(minutes):
            rig.pass_time(MINUTE)
            lat = HOME[0] + north + minute * 1e-5
            rig.say(device, rig.line(device, lat=lat, lon=HOME[1] + 0.005))

    walk(5, 0.0)
    walk(2, 0.025)
    rig.engine = Engine(rig.house)
    rig.engine.start()
    walk(4, 0.0251)
    rig.staff()
    people = {one.name: one for one in rig.house.store.read(lambda tx: tx.people.listed())}
    (alert,) = rig.alerts()
    opened = open_evidence(
        rig.house, alert["alert_id"], person=people["olga"], purpose="handle_alert"
    )

    inside = [one for one in opened.positions if one.lat > HOME[0] + 0.02]
    assert len(inside) >= 3
    assert len(opened.positions) - len(inside) == 5


def test_bad_content_that_came_before_a_restart_is_told(tmp_path) -> None:
    with opened_rig(tmp_path / "data") as rig:
        device = rig.wearer()
        rig.say(device, rig.line(device, lat=999))
        at = rig.clock.at
    with opened_rig(tmp_path / "data", at=Micros(at + MINUTE)) as rig:
        reconcile(rig.house, since=rig.clock.at)
        assert "input.quarantined" in rig.kinds()


def test_ticks_do_not_pile_up_while_judging_is_behind(rig: Rig) -> None:
    device = rig.wearer()
    rig.say(device, rig.line(device))
    rig.clock.at = Micros(rig.clock.at + 2 * HOUR)
    before = rig.house.store.read(lambda tx: tx.journal.last())
    for _ in range(5):
        rig.clock.at = Micros(rig.clock.at + SECOND)
        rig.engine.tick()
    assert rig.house.store.read(lambda tx: tx.journal.last()) == before + 1
    rig.judge()
    assert "contact.lost" in rig.kinds()
