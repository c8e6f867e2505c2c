"""Resident ID card reader (居民身份证阅读机具): frames, commands, and the citizen's document as typed values.

Here belongs what the reader says and what stands on the card's chip. Whether a person is let in, shown or stored is
decided elsewhere; nothing here opens a port, reads a clock of its own, or keeps a document after returning it.
"""
