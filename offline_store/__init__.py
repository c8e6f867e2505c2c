"""What a terminal keeps: the journal (precious, append-only) and the snapshot (replaceable).

In this room live the encrypted databases, the keys that open them, the hash chain and the delivery
state beside it. `chain` and `schema` are pure and are shared with the central platform.

What must not come in: any other package of this project, network code, device code, screens, and
rules about benefits or sessions. Whoever needs a signature or a sealed body hands in a callable;
time and chance are handed in too.
"""
