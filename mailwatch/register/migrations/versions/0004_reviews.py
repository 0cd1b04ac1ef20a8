"""Cases drawn for internal audits, and what persons found of them."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make both tables, which are only added to."""
    for table in ("sample", "review"):
        op.execute(
            f"""
            CREATE TABLE {table} (
                seq INTEGER NOT NULL,
                body TEXT NOT NULL,
                salt BLOB NOT NULL,
                at TEXT NOT NULL,
                CONSTRAINT pk_{table} PRIMARY KEY (seq)
            ) STRICT
            """
        )
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_{change.lower()} BEFORE {change} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
            )
