"""Which device is on which serial port, found out by asking. Every question here only asks, never does anything.

``probes`` holds one question per class of device and says why it cannot harm another one that hears it; ``port`` asks
them on one line, in that order; ``find`` asks many ports side by side; ``auto`` is a link that finds its own port.
What must not come in: commands that print, move, write or load, and decisions about what to do with a device found.
"""
