-- Of which time nonces were deleted, in Unix seconds of their end. When the machine's clock is set back, a request of that
-- time may have been seen before; nobody knows any more, so it is not taken.
CREATE TABLE forgotten_nonces (
    first INTEGER PRIMARY KEY,
    last  INTEGER NOT NULL
);
