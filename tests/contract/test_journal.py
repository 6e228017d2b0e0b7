"""The journal's promises (app/ports.py), held against a model of plain dictionaries."""

from __future__ import annotations

import os
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from fairtag.adapters.keystore import KeyStore
from fairtag.adapters.sqlite.engine import in_memory
from fairtag.adapters.sqlite.journal import SqliteJournal
from fairtag.adapters.sqlite.schema import metadata
from fairtag.adapters.sqlite.taking import rows_of
from fairtag.adapters.vault import KeyVault
from fairtag.app.ports import JournalEntry
from fairtag.intake.messages import Event, EventCode, Message
from fairtag.terms.errors import SealBroken
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import SECOND, Micros

CODES = (EventCode.FAULT, EventCode.SOS)
DEVICES = ("D-1", "D-2")


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the index of orders be written for a handful of rows at a time."""
    monkeypatch.setattr(rows_of, "_LEAST", 3)
    monkeypatch.setattr(rows_of, "_MOST", 5)


def order(device: str) -> OrderId:
    return OrderId(device.replace("D", "ORD"))


def entry(device: str, told: list[tuple[int | None, int, int]], now: int) -> JournalEntry:
    """Build an entry of (number, event second, code) of one device."""
    messages: tuple[Message, ...] = tuple(
        Event(
            device_id=DeviceId(device),
            seq=seq,
            at=Micros(at * SECOND),
            received_at=Micros(now * SECOND),
            code=CODES[code],
        )
        for seq, at, code in told
    )
    return JournalEntry(
        what="messages",
        order_id=order(device),
        wearer_id=WearerId(device.replace("D", "W")),
        device_id=DeviceId(device),
        received_at=Micros(now * SECOND),
        told=messages,
    )


class JournalMachine(RuleBasedStateMachine):
    """Any traffic: new, again, contradicting, out of order, with and without numbers."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.keys = KeyStore(Path(self.folder.name), chance=os.urandom)
        self.connection = in_memory()
        metadata.create_all(self.connection)
        self.journal = SqliteJournal(self.connection, KeyVault(self.keys, chance=os.urandom))
        self.now = 1000
        self.kept: list[Message] = []  # by arrival
        self.names: dict[tuple[object, ...], tuple[object, ...]] = {}
        self.numbers: dict[str, set[int]] = {device: set() for device in DEVICES}

    def teardown(self) -> None:
        if hasattr(self, "keys"):
            self.connection.close()
            self.keys.close()
            self.folder.cleanup()

    @rule(
        device=st.sampled_from(DEVICES),
        told=st.lists(
            st.tuples(st.integers(0, 12), st.integers(1, 40), st.integers(0, 1)),
            min_size=1,
            max_size=5,
        ),
        is_numbered=st.booleans(),
    )
    def say(self, device: str, told: list[tuple[int, int, int]], *, is_numbered: bool) -> None:
        self.now += 1
        named = [(seq if is_numbered else None, at, code) for seq, at, code in told]
        made = entry(device, named, self.now)
        done = self.journal.append(made)
        stored = duplicates = conflicts = 0
        for message, (seq, at, code) in zip(made.messages, named, strict=True):
            name = (device, seq) if seq is not None else (device, at, code)
            before = self.names.setdefault(name, (at, code, id(message)))
            if before[2] == id(message):
                stored += 1
                self.kept.append(message)
            elif before[:2] == (at, code):
                duplicates += 1
            else:
                conflicts += 1
            if seq is not None:
                self.journal.hold(DeviceId(device), 0, seq, seq)
                self.numbers[device].add(seq)
        assert (done.stored, done.duplicates, len(done.conflicts)) == (
            stored,
            duplicates,
            conflicts,
        )

    @rule()
    def commit(self) -> None:
        self.journal.committed()

    @invariant()
    def everything_kept_is_there_once_and_in_order(self) -> None:
        found = self.journal.after(0, limit=10_000)
        assert [one for each in found for one in each.messages] == self.kept
        assert [one.n for one in found] == sorted({one.n for one in found})
        assert self.journal.last() == max((one.n for one in found), default=0)

    @invariant()
    def the_past_is_cut_by_event_time_and_by_position(self) -> None:
        for device in DEVICES:
            mine = [one for one in self.kept if one.device_id == device]
            since = Micros(20 * SECOND)
            whole = self.journal.past(order(device), since=since, upto=self.journal.last())
            assert whole == [one for one in mine if one.at >= since]
        assert self.journal.past(order("D-1"), since=Micros(0), upto=0) == []

    @invariant()
    def what_is_missing_is_told(self) -> None:
        for device, numbers in self.numbers.items():
            upto, gaps = self.journal.upto(DeviceId(device), 0)
            missing = {n for first, last in gaps for n in range(first, last + 1)}
            assert upto == max(numbers, default=-1)
            begins = 1 if 0 not in numbers and 1 in numbers else 0
            assert missing == set(range(begins, upto + 1)) - numbers


TestJournal = JournalMachine.TestCase
TestJournal.settings = settings(
    max_examples=40,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def test_a_row_that_was_moved_or_changed_does_not_open(tmp_path: Path) -> None:
    """Negative control of the seal: what the rows say of themselves is bound to them."""
    keys = KeyStore(tmp_path, chance=os.urandom)
    with closing(in_memory()) as connection:
        metadata.create_all(connection)
        journal = SqliteJournal(connection, KeyVault(keys, chance=os.urandom))
        for now in (1, 2):
            journal.append(entry("D-1", [(now, 10 + now, 0)], 1000 + now))
        assert len(journal.after(0, limit=9)) == 2
        swap = "UPDATE journal SET sealed = (SELECT sealed FROM journal WHERE n = {}) WHERE n = {}"
        connection.exec_driver_sql(swap.format(2, 1))
        with pytest.raises(SealBroken):
            journal.after(0, limit=9)
    keys.close()
