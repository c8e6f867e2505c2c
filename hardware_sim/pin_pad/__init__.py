"""The simulated encrypting PIN pad (EPP, 密码键盘) of the KMY350 family: bytes in, bytes out, and the time they take.

`pad.PinPad` is the device, `frames` the framing, `keys` the memory a tamper switch wipes, `cipher` the DES arithmetic,
`meaning` explains its bytes with every secret blanked. Pure: no tty, no thread, no clock of its own. What people press
comes in by hands; no PIN may leave this room in clear while the pad is in PIN mode.
"""
