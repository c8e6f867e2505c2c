-- How often an alarm happened, and when last if that was more than once (`at`: when first). Growing counts.
ALTER TABLE alarm ADD COLUMN times INTEGER NOT NULL DEFAULT 1;
ALTER TABLE alarm ADD COLUMN last_at TEXT;
CREATE INDEX alarm_latest ON alarm (coalesce(last_at, at), id);

-- Who has looked at an alarm, when it had happened so often. One that has happened since is open again.
CREATE TABLE alarm_acknowledgement (
    alarm INTEGER NOT NULL REFERENCES alarm ON DELETE CASCADE,
    times INTEGER NOT NULL,
    at    TEXT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (alarm, times)
) WITHOUT ROWID;
