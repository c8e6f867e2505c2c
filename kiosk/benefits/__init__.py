"""Benefit rules (待遇资格核对): what follows from which facts, by which article, and what is not known.

Rules are functions of facts and a date. Every answer says which facts it used and where they came from, cites document
and article, and is preliminary: the agency decides. Three-valued throughout: a missing fact is unknown, never false,
and nothing is guessed. What the law may change (ages, steps, dates) is data in TOML files here, with citation and
validity.

What must not come in: screens, devices, the store, the clock (the date is handed in), binary floating point.
"""
