-- Nonces are kept for a day after their window, in order of time: what is outdated is found and deleted at one end. `mark`
-- is the beginning of the key's fingerprint and the nonce.
CREATE TABLE spent_nonce (
    until INTEGER NOT NULL,
    mark  TEXT NOT NULL,
    PRIMARY KEY (until, mark)
) WITHOUT ROWID;
INSERT INTO spent_nonce SELECT until, substr(fingerprint, 1, 8) || nonce FROM nonce;
DROP TABLE nonce;
ALTER TABLE spent_nonce RENAME TO nonce;

-- Of which time nonces were deleted, in Unix seconds of their end. When the machine's clock is set back that far, a request
-- of that time may have been seen before; nobody knows any more, so it is not taken. `newest_key`: the row of the newest
-- terminal's certificate there was at the last deletion; a key that came later has sent nothing that was forgotten.
CREATE TABLE forgotten_nonces (
    first      INTEGER PRIMARY KEY,
    last       INTEGER NOT NULL,
    newest_key INTEGER NOT NULL
);
