"""The snapshot's tables. A snapshot is replaceable: another schema version is loaded anew, never migrated."""

from __future__ import annotations

from typing import Final

from offline_store.schema import SNAPSHOT_ROWS, columns

DATABASE: Final = "people.db"

CREATE: Final[tuple[str, ...]] = (
    # WITHOUT ROWID: the rows of one person lie side by side, so that a page about a person reads few pages of the file
    """CREATE TABLE person (
        id_number TEXT PRIMARY KEY, name TEXT NOT NULL, sex TEXT NOT NULL, ethnic TEXT NOT NULL,
        birth_date TEXT NOT NULL, category TEXT NOT NULL, region TEXT NOT NULL, phone TEXT
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE card (
        number TEXT PRIMARY KEY, id_number TEXT NOT NULL REFERENCES person, status TEXT NOT NULL,
        issued TEXT NOT NULL, expires TEXT NOT NULL, region TEXT NOT NULL, bank TEXT, account_last4 TEXT
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE enrolment (
        id_number TEXT NOT NULL REFERENCES person, kind TEXT NOT NULL, region TEXT NOT NULL, status TEXT NOT NULL,
        since TEXT NOT NULL, employer TEXT, months INTEGER NOT NULL,
        PRIMARY KEY (id_number, kind, region, since)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE contribution (
        id_number TEXT NOT NULL REFERENCES person, kind TEXT NOT NULL, month TEXT NOT NULL, employer TEXT NOT NULL,
        base_fen INTEGER NOT NULL, personal_fen INTEGER NOT NULL, employer_fen INTEGER NOT NULL, state TEXT NOT NULL,
        PRIMARY KEY (id_number, kind, month, employer, state)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE benefit (
        id_number TEXT NOT NULL REFERENCES person, kind TEXT NOT NULL, since TEXT NOT NULL,
        monthly_fen INTEGER NOT NULL, status TEXT NOT NULL, account_last4 TEXT, certification_due TEXT,
        PRIMARY KEY (id_number, kind, since)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE case_ (
        number TEXT PRIMARY KEY, id_number TEXT NOT NULL REFERENCES person, item TEXT NOT NULL, state TEXT NOT NULL,
        at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # one row: what this generation says of itself
    """CREATE TABLE manifest (
        generation INTEGER PRIMARY KEY, as_of TEXT NOT NULL, expires TEXT NOT NULL, area TEXT NOT NULL,
        origin TEXT NOT NULL, counts TEXT NOT NULL, cursor TEXT
    ) STRICT""",
)

# after the load: an index made at once is cheaper than one kept up row by row
INDEXES: Final[tuple[str, ...]] = (
    "CREATE INDEX card_of_person ON card(id_number)",
    "CREATE INDEX case_of_person ON case_(id_number)",
)


def insert_sql(table: str) -> str:
    """INSERT for one row of a table, values in the order of the row type's fields."""
    names = columns(table)
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table}({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - names are this module's own


def select_sql(table: str) -> str:
    """SELECT of all columns in the order of the row type's fields."""
    return f"SELECT {', '.join(columns(table))} FROM {table}"  # noqa: S608 - names are this module's own


INSERT: Final = {table: insert_sql(table) for table in SNAPSHOT_ROWS}
SELECT: Final = {table: select_sql(table) for table in SNAPSHOT_ROWS}
