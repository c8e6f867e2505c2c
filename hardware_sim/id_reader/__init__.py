"""The simulated resident ID card reader (居民身份证阅读机具): bytes in, bytes out, and the time they take.

`reader.IdReader` is the device, `card.IdCard` what is laid on it, `frames` the framing of the module's serial protocol.
Pure: no tty, no thread, no clock of its own. Ways to carry the bytes live in `hardware_sim.wires`, people and their
data in `hardware_sim.personas`; neither may come in here.
"""
