"""Which tables hold disclosures? Rows that are added and never changed."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.schema import metadata

recipients = Table(
    "recipients",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("recipient_id", String, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),  # a body, no person
    Column("by", String, nullable=False),
    Column("second", String, nullable=False),
)
disclosures = Table(
    "disclosures",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("disclosure_id", String, nullable=False, unique=True),
    Column("owner", String, nullable=False, index=True),  # the wearer
    Column("at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
disclosure_steps = Table(
    "disclosure_steps",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("disclosure_id", String, nullable=False, index=True),
    Column("what", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
keep_as_written(recipients, "the register of recipients")
keep_as_written(disclosures, "a disclosure")
keep_as_written(disclosure_steps, "what became of a disclosure")
