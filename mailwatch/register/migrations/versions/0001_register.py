"""The register as it first was."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

_TABLES = """
CREATE TABLE alert (
    seq INTEGER NOT NULL,
    alert_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    message BLOB NOT NULL,
    recipients TEXT NOT NULL,
    state TEXT NOT NULL,
    at TEXT NOT NULL,
    CONSTRAINT pk_alert PRIMARY KEY (seq),
    CONSTRAINT uq_alert_alert_id UNIQUE (alert_id),
    CONSTRAINT ck_alert_state CHECK (state IN ('queued', 'sending', 'accepted', 'confirmed', 'failed'))
) STRICT;
CREATE INDEX ix_alert_state ON alert (state);
CREATE TABLE component (
    id INTEGER NOT NULL,
    root INTEGER NOT NULL,
    dirty INTEGER NOT NULL,
    CONSTRAINT pk_component PRIMARY KEY (id)
) STRICT;
CREATE INDEX ix_component_dirty ON component (root) WHERE dirty = 1;
CREATE INDEX ix_component_root ON component (root);
CREATE TABLE correction (
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    salt BLOB NOT NULL,
    at TEXT NOT NULL,
    CONSTRAINT pk_correction PRIMARY KEY (seq)
) STRICT;
CREATE TABLE journal (
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    line BLOB NOT NULL,
    CONSTRAINT pk_journal PRIMARY KEY (seq)
) STRICT;
CREATE INDEX ix_journal_kind ON journal (kind, seq) WHERE kind <> 'fact';
CREATE TABLE manual (
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    salt BLOB NOT NULL,
    at TEXT NOT NULL,
    CONSTRAINT pk_manual PRIMARY KEY (seq)
) STRICT;
CREATE TABLE place (
    id INTEGER NOT NULL,
    account TEXT NOT NULL,
    folder TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uidnext INTEGER NOT NULL,
    looked_at TEXT,
    complete INTEGER NOT NULL,
    CONSTRAINT pk_place PRIMARY KEY (id),
    CONSTRAINT uq_place_account_folder UNIQUE (account, folder),
    CONSTRAINT ck_place_uidnext CHECK (uidnext > 0)
) STRICT;
CREATE TABLE setting (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_setting PRIMARY KEY (name)
) WITHOUT ROWID, STRICT;
CREATE TABLE decision (
    component INTEGER NOT NULL,
    requests BLOB NOT NULL,
    rest BLOB NOT NULL,
    CONSTRAINT pk_decision PRIMARY KEY (component),
    CONSTRAINT fk_decision_component FOREIGN KEY(component) REFERENCES component (id)
) STRICT;
CREATE TABLE fact (
    id INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    packed BLOB NOT NULL,
    salt BLOB NOT NULL,
    component INTEGER,
    CONSTRAINT pk_fact PRIMARY KEY (id),
    CONSTRAINT fk_fact_component FOREIGN KEY(component) REFERENCES component (id)
) STRICT;
CREATE INDEX ix_fact_component ON fact (component);
CREATE INDEX ix_fact_key ON fact ("key");
CREATE TABLE gap (
    id INTEGER NOT NULL,
    place INTEGER NOT NULL,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    missed INTEGER NOT NULL,
    CONSTRAINT pk_gap PRIMARY KEY (id),
    CONSTRAINT ck_gap_missed CHECK (missed >= 0),
    CONSTRAINT fk_gap_place FOREIGN KEY(place) REFERENCES place (id)
) STRICT;
CREATE TABLE letter (
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    salt BLOB NOT NULL,
    at TEXT NOT NULL,
    component INTEGER,
    CONSTRAINT pk_letter PRIMARY KEY (seq),
    CONSTRAINT fk_letter_component FOREIGN KEY(component) REFERENCES component (id)
) STRICT;
CREATE INDEX ix_letter_component ON letter (component);
CREATE INDEX ix_letter_id ON letter (id);
CREATE TABLE request (
    id TEXT NOT NULL,
    component INTEGER NOT NULL,
    CONSTRAINT pk_request PRIMARY KEY (id, component),
    CONSTRAINT fk_request_component FOREIGN KEY(component) REFERENCES component (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ix_request_component ON request (component);
CREATE TABLE sought (
    digest INTEGER NOT NULL,
    component INTEGER NOT NULL,
    CONSTRAINT pk_sought PRIMARY KEY (digest, component),
    CONSTRAINT fk_sought_component FOREIGN KEY(component) REFERENCES component (id)
) WITHOUT ROWID, STRICT;
CREATE TABLE token (
    digest INTEGER NOT NULL,
    component INTEGER NOT NULL,
    CONSTRAINT pk_token PRIMARY KEY (digest),
    CONSTRAINT fk_token_component FOREIGN KEY(component) REFERENCES component (id)
) WITHOUT ROWID, STRICT;
CREATE TABLE offered (
    digest INTEGER NOT NULL,
    fact INTEGER NOT NULL,
    CONSTRAINT pk_offered PRIMARY KEY (digest, fact),
    CONSTRAINT fk_offered_fact FOREIGN KEY(fact) REFERENCES fact (id)
) WITHOUT ROWID, STRICT;
CREATE TABLE quoted (
    digest INTEGER NOT NULL,
    fact INTEGER NOT NULL,
    CONSTRAINT pk_quoted PRIMARY KEY (digest, fact),
    CONSTRAINT fk_quoted_fact FOREIGN KEY(fact) REFERENCES fact (id)
) WITHOUT ROWID, STRICT;
CREATE TABLE sighting (
    place INTEGER NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    state TEXT NOT NULL,
    fact INTEGER,
    reason TEXT,
    role TEXT,
    server_at TEXT,
    at TEXT NOT NULL,
    CONSTRAINT pk_sighting PRIMARY KEY (place, uidvalidity, uid),
    CONSTRAINT ck_sighting_state CHECK (state IN ('listed', 'done', 'quarantined', 'vanished', 'superseded')),
    CONSTRAINT ck_sighting_fact CHECK ((state = 'done') = (fact IS NOT NULL)),
    CONSTRAINT fk_sighting_place FOREIGN KEY(place) REFERENCES place (id),
    CONSTRAINT fk_sighting_fact FOREIGN KEY(fact) REFERENCES fact (id)
) WITHOUT ROWID, STRICT;
CREATE INDEX ix_sighting_awaiting ON sighting (place, uidvalidity, uid) WHERE state = 'listed';
CREATE UNIQUE INDEX ix_sighting_fact ON sighting (fact) WHERE fact IS NOT NULL;
"""

_APPEND_ONLY = ("journal", "correction", "manual")


def upgrade() -> None:
    """Make the tables, and close to changes what is only added to."""
    for statement in _TABLES.split(";"):
        if statement.strip():
            op.execute(statement)
    for table in _APPEND_ONLY:
        for change in ("UPDATE", "DELETE"):
            op.execute(_refused(f"{change} ON {table}", f"{table}_{change.lower()}"))
    # A letter may move to another component, but says what it said.
    op.execute(_refused("UPDATE OF seq, id, body, at ON letter", "letter_update"))
    op.execute(_refused("DELETE ON letter", "letter_delete"))


def _refused(change: str, name: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {change} BEGIN SELECT RAISE(ABORT, 'append-only'); END"
