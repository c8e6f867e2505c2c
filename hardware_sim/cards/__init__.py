"""Cards and SAMs as pure ISO 7816 devices: command bytes in, answer bytes out, and the seconds they take.

Files are data (layout.py, filled by contents.py and invented.py), commands are small modules (commands/), the two
interfaces are t0.py and contactless.py on link_layer.py, what may be done when is decided in security.py, what outlives
power is in memory.py. No socket, no clock, no thread and no file access comes in here; chance is handed in.
"""
