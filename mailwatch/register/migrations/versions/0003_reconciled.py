"""When a folder was last compared with its server, what is gone from it, and which reader failed at a message."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what comparing and reading again remember; nothing is known of the time before."""
    op.execute("ALTER TABLE place ADD COLUMN reconciled_at TEXT")
    op.execute("ALTER TABLE place ADD COLUMN modseq INTEGER")
    op.execute("ALTER TABLE sighting ADD COLUMN parser INTEGER")
    op.execute("ALTER TABLE sighting ADD COLUMN gone_at TEXT")
    op.execute(
        "CREATE INDEX ix_sighting_quarantined ON sighting (place, uidvalidity, uid) "
        "WHERE state = 'quarantined'"
    )
