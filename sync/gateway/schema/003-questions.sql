-- Interactive questions. The id stays, so that nothing is done twice; content and answer are personal and soon go.
CREATE TABLE question (
    terminal     TEXT NOT NULL REFERENCES terminal,
    id           TEXT NOT NULL,
    kind         TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    received_at  TEXT NOT NULL,
    not_after    TEXT NOT NULL, -- begun by then or not at all
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'begun', 'answered', 'refused', 'expired')),
    settled_at   TEXT,
    content      BLOB,
    answer       BLOB,
    PRIMARY KEY (terminal, id)
) WITHOUT ROWID;
CREATE INDEX question_open ON question (received_at) WHERE state IN ('waiting', 'begun');
CREATE INDEX question_settled ON question (settled_at) WHERE answer IS NOT NULL;
