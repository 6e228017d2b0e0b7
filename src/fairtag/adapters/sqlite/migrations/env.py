"""Where do the steps run? On the connection that the store hands over; Alembic reads this file."""

from __future__ import annotations

from alembic import context

from fairtag.adapters.sqlite.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can; a step that fails leaves nothing behind
)
with context.begin_transaction():
    context.run_migrations()
