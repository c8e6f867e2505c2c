-- What the authority said of each terminal's keys, and which key takes over from which.
CREATE TABLE terminal_certificate (
    id          INTEGER PRIMARY KEY AUTOINCREMENT, -- of one key, the latest counts
    terminal    TEXT NOT NULL REFERENCES terminal,
    fingerprint TEXT NOT NULL,
    serial      TEXT NOT NULL UNIQUE,
    not_before  TEXT NOT NULL,
    not_after   TEXT NOT NULL,
    signed      BLOB, -- the statement; none for a key that was enrolled before there were certificates
    revoked_at  TEXT,
    reason      TEXT
);
CREATE INDEX terminal_certificate_of ON terminal_certificate (terminal, fingerprint, id);
CREATE INDEX terminal_certificate_revoked ON terminal_certificate (revoked_at) WHERE revoked_at IS NOT NULL;

-- keys of earlier releases hold for a year from their enrolment
INSERT INTO terminal_certificate (terminal, fingerprint, serial, not_before, not_after)
SELECT terminal, fingerprint, lower(hex(randomblob(16))), enrolled_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', enrolled_at, '+365 days')
FROM terminal_key ORDER BY id;

CREATE TABLE key_renewal (
    terminal TEXT NOT NULL REFERENCES terminal,
    old      TEXT NOT NULL, -- fingerprints
    new      TEXT NOT NULL,
    answer   BLOB NOT NULL,
    asked_at TEXT NOT NULL,
    used_at  TEXT, -- the terminal has spoken with the new key: the old one says nothing any more
    PRIMARY KEY (terminal, old, new)
) WITHOUT ROWID;
CREATE INDEX key_renewal_to ON key_renewal (terminal, new);
