"""`kiosk diagnose`: which device is ill, what it is, and what the technician does next. Bench tests of one device.

A device is asked by an operation (a generator on the device's lane) whose result is `findings.Found`; the machine's own
parts are values too. `judging` makes the report of these and of the journal's history, without touching anything, so
that every sentence of it can be tested with values. What must not come in: settings files, typer, sentences (they stand
in `kiosk/texts/diagnose.toml`), and anything personal: no name, no ID number, a card number only masked.
"""
