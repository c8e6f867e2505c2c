-- Packages of rules, items and texts: TUF metadata as it was signed, octet for octet, and what it lists.
CREATE TABLE package_metadata (
    role     TEXT NOT NULL CHECK (role IN ('root', 'targets', 'snapshot', 'timestamp')),
    version  INTEGER NOT NULL,
    octets   BLOB NOT NULL,
    at       TEXT NOT NULL,
    PRIMARY KEY (role, version)
);
-- What waits for two persons' signatures; the signatures that came stand in it.
CREATE TABLE package_proposal (
    role     TEXT NOT NULL PRIMARY KEY CHECK (role IN ('root', 'targets')),
    octets   BLOB NOT NULL,
    at       TEXT NOT NULL
);
CREATE TABLE package_content (
    sha256   TEXT NOT NULL PRIMARY KEY,
    octets   BLOB NOT NULL
);
