"""Which tables are there? One metadata; each book's module adds its own tables to it.

Clear columns hold ids, kinds, times and counts; everything else is sealed bytes.
"""

from __future__ import annotations

from sqlalchemy import MetaData

metadata = MetaData()
HEAD = "0018"  # the newest step of `migrations` that these tables are the sum of
