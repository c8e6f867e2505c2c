-- Wrong attempts to sign in, by account and by where they came from. Nothing a stranger sends from elsewhere locks the
-- account's owner out from where he signed in before.
CREATE TABLE staff_attempt (
    account      TEXT NOT NULL,    -- '-': a name that is no account's
    source       BLOB NOT NULL,    -- keyed hash of the address; empty: from anywhere
    failures     INTEGER NOT NULL, -- since the last good attempt or the last lock
    lockouts     INTEGER NOT NULL, -- each is longer
    locked_until INTEGER NOT NULL,
    forget_at    INTEGER NOT NULL,
    PRIMARY KEY (account, source)
) WITHOUT ROWID;
CREATE INDEX staff_attempt_outdated ON staff_attempt (forget_at);

-- Where an account was signed in to lately: wrong attempts from anywhere else stop nobody there.
CREATE TABLE staff_place (
    account   TEXT NOT NULL,
    source    BLOB NOT NULL,       -- as in staff_attempt
    forget_at INTEGER NOT NULL,
    PRIMARY KEY (account, source)
) WITHOUT ROWID;
CREATE INDEX staff_place_outdated ON staff_place (forget_at);

-- a lock that stands comes along, as one that holds from anywhere
INSERT INTO staff_attempt SELECT name, x'', failures, 0, locked_until, locked_until FROM staff_account
WHERE locked_until > unixepoch();
ALTER TABLE staff_account DROP COLUMN failures;
ALTER TABLE staff_account DROP COLUMN lockouts;
ALTER TABLE staff_account DROP COLUMN locked_until;

-- wrong codes and passwords of who is signed in, since the last right one
ALTER TABLE staff_session ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;

-- refused attempts to sign in that have no row of their own: `more` of the same kind in this minute
CREATE TABLE staff_refusal (
    actor  TEXT NOT NULL,
    reason TEXT NOT NULL,
    minute INTEGER NOT NULL,
    more   INTEGER NOT NULL,
    PRIMARY KEY (actor, reason)
) WITHOUT ROWID;
