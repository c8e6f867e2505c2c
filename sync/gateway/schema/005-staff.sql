-- The gateway's own people: accounts, their sessions, and the chain of what they did. Times with _at as in the chain of
-- terminals; the others are Unix seconds.
CREATE TABLE staff_account (
    name         TEXT PRIMARY KEY,
    roles        TEXT NOT NULL,              -- words of staff.roles.Role, separated by one space
    password     TEXT NOT NULL,              -- scrypt with its parameters
    password_at  INTEGER NOT NULL,
    must_change  INTEGER NOT NULL,           -- somebody else has seen the password
    totp         BLOB NOT NULL,              -- sealed with the gateway's staff key
    last_step    INTEGER NOT NULL,           -- the newest time step that was used: none is used twice
    failures     INTEGER NOT NULL,           -- wrong attempts since the last good one or the last lock
    lockouts     INTEGER NOT NULL,           -- locks since the last good attempt: each is longer
    locked_until INTEGER NOT NULL,
    disabled     INTEGER NOT NULL,           -- locked by a person, until a person unlocks it
    created_at   TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE staff_session (
    id_hash    BLOB PRIMARY KEY,             -- SHA-256 of what the browser holds
    account    TEXT NOT NULL REFERENCES staff_account,
    started_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE staff_audit (
    n       INTEGER PRIMARY KEY,             -- 1, 2, 3 ... without a gap
    at      TEXT NOT NULL,
    actor   TEXT NOT NULL,
    act     TEXT NOT NULL,
    subject TEXT NOT NULL,                   -- the account, terminal or certificate number acted upon, or empty
    result  TEXT NOT NULL,
    reason  TEXT NOT NULL,
    suite   TEXT NOT NULL,                   -- whose digest makes the hash
    prev    BLOB NOT NULL,
    hash    BLOB NOT NULL UNIQUE
);
CREATE TRIGGER staff_audit_stays BEFORE UPDATE ON staff_audit BEGIN SELECT raise(ABORT, 'the audit chain is append-only'); END;
CREATE TRIGGER staff_audit_remains BEFORE DELETE ON staff_audit BEGIN SELECT raise(ABORT, 'the audit chain is append-only'); END;
