"""How the terminal talks to devices: one folder per device class.

A device operation is a generator that yields requests and returns a frozen result (``operation``); a lane runs it
(``lanes``) over a thin link (``links``). What must not come in: business rules, screens, SQL, personal data in reprs,
errors or logs, and any import of another package of ours.
"""
