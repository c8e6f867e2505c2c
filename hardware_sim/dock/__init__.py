"""The dock: the devices' state, a button for whatever can happen to them, and the bytes on every wire in words.

A window (`window`, `link`, `qml/`) or the plain terminal (`plain`, `menu`, `screen`); what both show and say is in the
tables `buttons`, `summary` and `wires`. It is a client like any other: all it knows and does goes over the control
socket. PySide6 is imported by `window` and `link` only, so that the rest works without it. No device and no station
may be imported here.
"""
