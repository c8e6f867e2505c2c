-- How terminals are, what changed, and what they were ordered to do. No personal data.
CREATE TABLE heartbeat (
    terminal TEXT PRIMARY KEY REFERENCES terminal,
    at       TEXT NOT NULL,
    content  BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE device_change (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    terminal TEXT NOT NULL REFERENCES terminal,
    device   TEXT NOT NULL,
    state    TEXT NOT NULL,
    fault    TEXT,
    at       TEXT NOT NULL -- when the centre learned of it
);
CREATE INDEX device_change_of ON device_change (terminal, id);

CREATE TABLE terminal_order (
    terminal    TEXT NOT NULL REFERENCES terminal,
    number      INTEGER NOT NULL, -- rises for each terminal
    command     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    issued_at   TEXT NOT NULL,
    not_after   TEXT NOT NULL,
    statement   BLOB NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('issued', 'done', 'failed', 'expired', 'draining', 'wiping')),
    detail      TEXT,
    reported_at TEXT,
    PRIMARY KEY (terminal, number)
) WITHOUT ROWID;
