"""The dock: a window beside the terminal's, with the devices' state and a button for whatever can happen to them.

It is a client like any other: all it knows and does goes over the control socket. PySide6 is imported by `window` and
`link` only, so that the command line works without it. No device and no station may be imported here.
"""
