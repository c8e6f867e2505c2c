"""The session region: one person before the terminal, from the first touch to the wipe.

`state` has the phases as frozen values, `transitions` the one table of what leads where, `service` hosts an item
machine, `screens` turns it all into what is seen. Cancel, card removal, idleness and device loss are treated once, for
all phases.
"""
