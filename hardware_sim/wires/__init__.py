"""The wires: pure simulated devices on a real pseudo terminal or behind HTTP on loopback.

A wire owns a thread, a file descriptor and the clock, and guards its device with one lock. It knows nothing of what the
bytes mean, and no device may come in here.
"""
