"""Service items: one table of entries (`items.toml`) and one small machine per item.

A machine decides what to ask, read, record and print for its item; the session hosts it and treats leaving, card
removal, idleness and device loss for all of them alike. No machine knows a device, a database or a screen's look.
"""
