-- Which TLS certificates a terminal came with, as the proxy said: what to name to it when one has to be shut out.
CREATE TABLE client_certificate (
    id            INTEGER PRIMARY KEY AUTOINCREMENT, -- the latest is the newest that came
    terminal      TEXT NOT NULL,
    serial        TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    UNIQUE (terminal, serial)
);
