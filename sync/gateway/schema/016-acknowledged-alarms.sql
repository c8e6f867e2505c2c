-- Who has looked at an alarm, as it was then. An alarm that has grown since (`first` and `last` are its seq and last_seq)
-- is open again.
CREATE TABLE alarm_acknowledgement (
    alarm INTEGER NOT NULL REFERENCES alarm ON DELETE CASCADE,
    first INTEGER NOT NULL,
    last  INTEGER NOT NULL,
    at    TEXT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (alarm, first, last)
) WITHOUT ROWID;
