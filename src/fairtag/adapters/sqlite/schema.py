"""Which tables are there? One metadata; each book's module adds its own tables to it."""

from __future__ import annotations

from sqlalchemy import MetaData

metadata = MetaData()
