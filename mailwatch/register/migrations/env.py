"""What Alembic runs: the migrations, on the connection that `database` gives."""

from __future__ import annotations

from alembic import context

from mailwatch.register.tables import SCHEMA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SCHEMA,
    render_as_batch=True,
)
# The caller's transaction holds all of it: a schema is there whole, or not at all.
context.run_migrations()
