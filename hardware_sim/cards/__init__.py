"""Cards and SAMs as pure ISO 7816 devices: command bytes in, answer bytes out, and the seconds they take.

Files are data (layout.py), commands are small modules (commands/), what may be read when is decided in security.py.
No socket, no clock, no thread and no file access comes in here; chance is handed in.
"""
