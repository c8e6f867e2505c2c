-- Results: a later one may name the one it corrects, and tell what a case came to.
CREATE TABLE result_of_item (
    terminal     TEXT NOT NULL,
    n            INTEGER NOT NULL,
    epoch        INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('accepted', 'refused')),
    reason       TEXT,
    processed_at TEXT NOT NULL,
    case_number  TEXT,
    decision     TEXT,
    correction   INTEGER, -- the n this result corrects
    PRIMARY KEY (terminal, n),
    FOREIGN KEY (terminal, epoch, seq) REFERENCES chain
) WITHOUT ROWID;
INSERT INTO result_of_item SELECT terminal, n, epoch, seq, state, reason, processed_at, NULL, NULL, NULL FROM result;
DROP TABLE result;
ALTER TABLE result_of_item RENAME TO result;
CREATE INDEX result_of ON result (terminal, epoch, seq, n);
-- each item is processed once; what comes later is a decision or a correction
CREATE UNIQUE INDEX result_first ON result (terminal, epoch, seq) WHERE decision IS NULL AND correction IS NULL;

-- The act's signed time of capture: what deadlines are counted from, however late it arrives.
ALTER TABLE act ADD COLUMN submitted_at TEXT;
UPDATE act SET submitted_at = (SELECT c.at FROM chain c
    WHERE c.terminal = act.terminal AND c.epoch = act.epoch AND c.seq = act.seq);

CREATE TABLE opened_case (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    number       TEXT NOT NULL UNIQUE,
    terminal     TEXT NOT NULL,
    epoch        INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    item         TEXT NOT NULL,
    submitted_at TEXT NOT NULL,
    received_at  TEXT NOT NULL,
    opened_at    TEXT NOT NULL,
    decision     TEXT,
    decided_at   TEXT,
    UNIQUE (terminal, epoch, seq),
    FOREIGN KEY (terminal, epoch, seq) REFERENCES chain
);
