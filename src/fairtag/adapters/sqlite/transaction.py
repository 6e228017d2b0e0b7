"""Which books does one piece of work see? All of them, on one connection."""

from __future__ import annotations

from sqlalchemy import Connection

from fairtag.adapters.spool import Spool
from fairtag.adapters.sqlite.alerts import SqliteAlertBook
from fairtag.adapters.sqlite.answers.book import SqliteAnswerBook
from fairtag.adapters.sqlite.answers.enrolment import SqliteEnrolmentBook
from fairtag.adapters.sqlite.checkins.declared import SqliteDeclaredBook, SqliteFairnessBook
from fairtag.adapters.sqlite.checkins.profiles import SqliteProfileBook
from fairtag.adapters.sqlite.chunks import SqliteChunks
from fairtag.adapters.sqlite.complaints.book import SqliteComplaintBook
from fairtag.adapters.sqlite.devices import SqliteDeviceBook
from fairtag.adapters.sqlite.disclosed.book import SqliteDisclosureBook
from fairtag.adapters.sqlite.journal import SqliteJournal
from fairtag.adapters.sqlite.judged.verdicts import SqliteVerdicts
from fairtag.adapters.sqlite.keeping.erasures import SqliteErasureBook
from fairtag.adapters.sqlite.keeping.holds import SqliteHoldBook
from fairtag.adapters.sqlite.log.entries import SqliteAudit
from fairtag.adapters.sqlite.openings.circles import SqliteApartBook, SqliteCircleBook
from fairtag.adapters.sqlite.openings.grants import SqliteOpeningBook
from fairtag.adapters.sqlite.openings.wearers import SqliteContestBook, SqliteWearerBook
from fairtag.adapters.sqlite.orders import SqliteOrderBook
from fairtag.adapters.sqlite.outside.book import SqliteOutsideBook
from fairtag.adapters.sqlite.people import SqlitePeopleBook
from fairtag.adapters.sqlite.prompting.asking import SqliteAskingBook
from fairtag.adapters.sqlite.prompting.prompts import SqlitePromptBook
from fairtag.adapters.sqlite.proposals import SqliteProposalBook
from fairtag.adapters.sqlite.quarantine import SqliteQuarantine
from fairtag.adapters.sqlite.reviewing.again import SqliteSecondLookBook
from fairtag.adapters.sqlite.reviewing.decisions import SqliteDecisionBook
from fairtag.adapters.sqlite.reviewing.photos import SqlitePhotoReviewBook
from fairtag.adapters.sqlite.taking.memory import Memory
from fairtag.adapters.sqlite.taking.plain import SqlitePlain
from fairtag.app.ports import Clock, Vault


class SqliteTransaction:
    """Keeps `fairtag.app.ports.Transaction`; the writer and each reader have one."""

    def __init__(
        self,
        connection: Connection,
        vault: Vault,
        spool: Spool,
        clock: Clock,
        memory: Memory | None = None,
    ) -> None:
        self._memory = memory
        self.journal = SqliteJournal(connection, vault, memory)
        self.chunks = SqliteChunks(connection, vault)
        self.quarantine = SqliteQuarantine(connection, vault)
        self.verdicts = SqliteVerdicts(connection, vault)
        self.audit = SqliteAudit(connection, spool, clock)
        self.orders = SqliteOrderBook(connection, vault)
        self.devices = SqliteDeviceBook(connection, vault)
        self.plain = SqlitePlain(connection, vault, self.journal, self.devices)
        self.alerts = SqliteAlertBook(connection, vault)
        self.people = SqlitePeopleBook(connection, vault)
        self.proposals = SqliteProposalBook(connection, vault)
        self.disclosures = SqliteDisclosureBook(connection, vault)
        self.erasures = SqliteErasureBook(connection)
        self.holds = SqliteHoldBook(connection, vault)
        self.openings = SqliteOpeningBook(connection, vault)
        self.circles = SqliteCircleBook(connection)
        self.apart = SqliteApartBook(connection, vault)
        self.wearers = SqliteWearerBook(connection)
        self.contests = SqliteContestBook(connection, vault)
        self.complaints = SqliteComplaintBook(connection, vault)
        self.photo_reviews = SqlitePhotoReviewBook(connection, vault)
        self.decisions = SqliteDecisionBook(connection, vault)
        self.second_looks = SqliteSecondLookBook(connection)
        self.answers = SqliteAnswerBook(connection, vault)
        self.enrolments = SqliteEnrolmentBook(connection, vault)
        self.prompts = SqlitePromptBook(connection)
        self.asking = SqliteAskingBook(connection, vault)
        self.outside = SqliteOutsideBook(connection, vault)
        self.profiles = SqliteProfileBook(connection)
        self.declared = SqliteDeclaredBook(connection, vault)
        self.fairness = SqliteFairnessBook(connection)

    def settle(self) -> None:
        """Bring what was logged into the tree and the file, before the commit.

        Raises: LogUnavailable.
        """
        self.audit.settle()

    def committed(self) -> None:
        """Leave what is durable now to the judge and to readers."""
        self.journal.committed()
        said = self.plain.said()
        if said and self._memory is not None:
            self._memory.fresh.add(said)

    def forget(self) -> None:
        """Know nothing by heart: what was done last was undone."""
        self.plain.forget()
        self.journal.forget()
