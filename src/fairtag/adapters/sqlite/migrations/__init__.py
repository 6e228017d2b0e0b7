"""How does a store of an older fairtag become one of this one? Forward, a step at a time.

All steps together equal the schema; `tests/migration` holds them to it.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from fairtag.adapters.sqlite.engine import driver


def bring_forward(connection: Connection) -> None:
    """Apply every step that a store has not seen, all or none."""
    config = _config()
    config.attributes["connection"] = connection
    db = driver(connection)
    db.execute("BEGIN IMMEDIATE").close()
    try:
        command.upgrade(config, "head")
    except BaseException:
        db.rollback()
        raise
    db.commit()


def is_known(step: str) -> bool:
    """Tell whether this fairtag knows a step; it does not know a newer one's."""
    return step in {one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    config = Config()
    here = Path(str(resources.files(__package__)))
    config.set_main_option("script_location", str(here).replace("%", "%%"))
    return config
