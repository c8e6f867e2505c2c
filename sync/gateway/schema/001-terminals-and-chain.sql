-- The gateway's tables on SQLite. (terminal, epoch, seq) is an entry's place, and its hash makes it one entry.
CREATE TABLE terminal (
    number       TEXT PRIMARY KEY,
    last_seen_at TEXT
) WITHOUT ROWID;

CREATE TABLE terminal_key (
    id          INTEGER PRIMARY KEY AUTOINCREMENT, -- the latest is the present one
    terminal    TEXT NOT NULL REFERENCES terminal,
    key         BLOB NOT NULL,
    fingerprint TEXT NOT NULL,
    seal_key    BLOB NOT NULL,
    enrolled_at TEXT NOT NULL
);
CREATE INDEX terminal_key_of ON terminal_key (terminal, id);

CREATE TABLE enrolment_code (
    code_id   BLOB PRIMARY KEY,
    terminal  TEXT NOT NULL,
    proof_key BLOB NOT NULL,
    expires   INTEGER NOT NULL,
    used_by   TEXT,
    answer    BLOB
) WITHOUT ROWID;

CREATE TABLE nonce (
    fingerprint TEXT NOT NULL,
    nonce       TEXT NOT NULL,
    until       INTEGER NOT NULL,
    PRIMARY KEY (fingerprint, nonce)
) WITHOUT ROWID;
CREATE INDEX nonce_until ON nonce (until);

CREATE TABLE chain (
    terminal        TEXT NOT NULL REFERENCES terminal,
    epoch           INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    kind            TEXT NOT NULL,
    at              TEXT NOT NULL,
    header          BLOB NOT NULL,
    prev            BLOB NOT NULL,
    body_commitment BLOB,
    hash            BLOB NOT NULL,
    received_at     TEXT NOT NULL,
    PRIMARY KEY (terminal, epoch, seq)
) WITHOUT ROWID;
CREATE INDEX chain_openings ON chain (terminal, epoch) WHERE seq = 1;

CREATE TABLE body (
    terminal TEXT NOT NULL,
    epoch    INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    sealed   BLOB NOT NULL,
    PRIMARY KEY (terminal, epoch, seq),
    FOREIGN KEY (terminal, epoch, seq) REFERENCES chain
);

CREATE TABLE pending (
    id       INTEGER PRIMARY KEY AUTOINCREMENT, -- order of receipt
    terminal TEXT NOT NULL,
    epoch    INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    UNIQUE (terminal, epoch, seq),
    FOREIGN KEY (terminal, epoch, seq) REFERENCES chain
);

CREATE TABLE result (
    terminal     TEXT NOT NULL,
    n            INTEGER NOT NULL,
    epoch        INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('accepted', 'refused')),
    reason       TEXT,
    processed_at TEXT NOT NULL,
    PRIMARY KEY (terminal, n),
    UNIQUE (terminal, epoch, seq),
    FOREIGN KEY (terminal, epoch, seq) REFERENCES chain
) WITHOUT ROWID;

CREATE TABLE act (
    terminal TEXT NOT NULL,
    epoch    INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    type     TEXT NOT NULL,
    content  BLOB NOT NULL,
    PRIMARY KEY (terminal, epoch, seq),
    FOREIGN KEY (terminal, epoch, seq) REFERENCES chain
);

CREATE TABLE register (
    number      TEXT PRIMARY KEY,
    terminal    TEXT NOT NULL,
    epoch       INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    item        TEXT NOT NULL,
    issued_at   TEXT NOT NULL,
    expires_at  TEXT NOT NULL,
    pdf_sha256  TEXT NOT NULL,
    code_sha256 TEXT NOT NULL,
    seal_key_id TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('known', 'revoked')),
    revoked_at  TEXT
) WITHOUT ROWID;

CREATE TABLE snapshot (
    generation INTEGER PRIMARY KEY,
    manifest   BLOB NOT NULL,
    file       TEXT NOT NULL,
    made_at    TEXT NOT NULL
);

CREATE TABLE alarm (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       TEXT NOT NULL,
    terminal TEXT NOT NULL,
    code     TEXT NOT NULL,
    epoch    INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    UNIQUE (terminal, code, epoch, seq) -- raised once, however often it is met
);
