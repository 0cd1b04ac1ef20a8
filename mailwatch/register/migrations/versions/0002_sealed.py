"""Figures that were closed."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of closed figures, which is only added to."""
    op.execute(
        """
        CREATE TABLE sealed (
            from_on TEXT NOT NULL,
            to_on TEXT NOT NULL,
            at TEXT NOT NULL,
            author TEXT NOT NULL,
            rules TEXT NOT NULL,
            calendar TEXT NOT NULL,
            facts TEXT NOT NULL,
            figures TEXT NOT NULL,
            body BLOB NOT NULL,
            CONSTRAINT pk_sealed PRIMARY KEY (from_on, to_on)
        ) STRICT
        """
    )
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER sealed_{change.lower()} BEFORE {change} ON sealed "
            "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
        )
