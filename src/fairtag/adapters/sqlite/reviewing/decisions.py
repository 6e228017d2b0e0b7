"""Where are decisions about alerts, and what wearers say about check-ins? Texts are sealed."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, insert, select

from fairtag.adapters.sqlite.reviewing.rows import digest, opened, sealed
from fairtag.adapters.sqlite.reviewing.tables import decisions, statements
from fairtag.app.ports import Vault
from fairtag.review.deciding import Decision
from fairtag.review.statements import Statement
from fairtag.terms.ids import AlertId, OrderId, WearerId

_TEXTS = ("reason", "excuse")


class SqliteDecisionBook:
    """Keeps `fairtag.app.reviewing.book.DecisionBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = connection
        self._vault = vault

    def decide(self, decision: Decision) -> str:
        """Store a decision; its texts are sealed."""
        bare = msgspec.structs.replace(decision, **dict.fromkeys(_TEXTS, ""))
        row = {
            "decision_id": decision.decision_id,
            "alert_id": decision.alert_id,
            "by": decision.by,
            "digest": decision.digest,
            "owner": decision.wearer_id,
            "at": decision.at,
            "body": msgspec.json.encode(bare),
            "sealed": sealed(
                self._vault,
                {name: getattr(decision, name) for name in _TEXTS},
                owner=decision.wearer_id,
                at=decision.at,
                row=f"decision/{decision.decision_id}",
            ),
        }
        self._db.execute(insert(decisions).values(**row))
        return digest(row)

    def decisions(
        self, *, alert_id: AlertId | None = None, wearer_id: WearerId | None = None
    ) -> list[Decision]:
        """List decisions, oldest first; reasons stay sealed."""
        wanted = select(decisions.c.body).order_by(decisions.c.n)
        if alert_id is not None:
            wanted = wanted.where(decisions.c.alert_id == alert_id)
        if wearer_id is not None:
            wanted = wanted.where(decisions.c.owner == wearer_id)
        return [msgspec.json.decode(row.body, type=Decision) for row in self._db.execute(wanted)]

    def reasons(self, decision_id: str) -> tuple[str, str]:
        """Open a decision's reason, and what was said of an excuse."""
        wanted = select(decisions).where(decisions.c.decision_id == decision_id)
        texts = opened(self._vault, self._db.execute(wanted).one(), f"decision/{decision_id}")
        return texts["reason"], texts["excuse"]

    def say(self, statement: Statement) -> str:
        """Store a wearer's words, sealed."""
        row = {
            "statement_id": statement.statement_id,
            "check_in_id": statement.check_in_id,
            "order_id": statement.order_id,
            "owner": statement.wearer_id,
            "at": statement.at,
            "body": msgspec.json.encode(msgspec.structs.replace(statement, text="")),
            "sealed": sealed(
                self._vault,
                {"text": statement.text},
                owner=statement.wearer_id,
                at=statement.at,
                row=f"statement/{statement.statement_id}",
            ),
        }
        self._db.execute(insert(statements).values(**row))
        return digest(row)

    def statements(
        self, *, order_id: OrderId | None = None, check_in_id: str | None = None
    ) -> list[Statement]:
        """List statements, oldest first; words stay sealed."""
        wanted = select(statements.c.body).order_by(statements.c.n)
        if order_id is not None:
            wanted = wanted.where(statements.c.order_id == order_id)
        if check_in_id is not None:
            wanted = wanted.where(statements.c.check_in_id == check_in_id)
        return [msgspec.json.decode(row.body, type=Statement) for row in self._db.execute(wanted)]

    def words(self, statement_id: str) -> str:
        """Open a wearer's words."""
        wanted = select(statements).where(statements.c.statement_id == statement_id)
        return opened(self._vault, self._db.execute(wanted).one(), f"statement/{statement_id}")[
            "text"
        ]

    def digests(self) -> list[tuple[str, str, str]]:
        """List what every decision and statement is."""
        found = [
            ("decision", row.decision_id, digest(row))
            for row in self._db.execute(select(decisions))
        ]
        return found + [
            ("statement", row.statement_id, digest(row))
            for row in self._db.execute(select(statements))
        ]
