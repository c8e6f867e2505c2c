"""Bench tests: one device does its real work, several times, and every try is timed and counted.

A bench is an operation on the device's lane; its result is `trying.Tried`. What must not come in: sentences, settings,
and the contents of what was read. A card is read, its number masked, its holder forgotten.
"""
