-- Entries of a branch that lost: another disk of the same terminal wrote at these numbers first. Kept sealed as they
-- came, until somebody has looked; adopted, each is processed once.
CREATE TABLE fork_entry (
    terminal        TEXT NOT NULL REFERENCES terminal,
    epoch           INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    kind            TEXT NOT NULL,
    at              TEXT NOT NULL,
    header          BLOB NOT NULL,
    prev            BLOB NOT NULL,
    body_commitment BLOB,
    hash            BLOB NOT NULL,
    sealed          BLOB,
    received_at     TEXT NOT NULL,
    state           TEXT NOT NULL DEFAULT 'kept' CHECK (state IN ('kept', 'accepted', 'refused')),
    reason          TEXT,
    processed_at    TEXT,
    act_type        TEXT,
    act             BLOB,
    PRIMARY KEY (terminal, epoch, seq, hash)
) WITHOUT ROWID;

-- A generation begins whenever the gateway is started. After a restore the store does not know the generation that a
-- terminal read its last results in, or knows how far the numbering of results was the same.
CREATE TABLE store_generation (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    number   INTEGER NOT NULL UNIQUE,
    began_at TEXT NOT NULL
);
INSERT INTO store_generation (number, began_at)
VALUES (1 + abs(random() % 140737488355328), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));

CREATE TABLE generation_base (
    generation INTEGER NOT NULL REFERENCES store_generation,
    terminal   TEXT NOT NULL,
    n          INTEGER NOT NULL, -- the terminal's last result when it began
    PRIMARY KEY (generation, terminal)
) WITHOUT ROWID;
