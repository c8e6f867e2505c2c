"""Certificates on paper (证明): what they say, how they look, how they are sealed, how a file is checked.

`facts` is what a certificate says; `layout` places it on A4 as plain values; `pdf`, `pdfa` and `sealing` turn the
values into a signed PDF/A-2b file; `papers` is the process that does it, the only holder of the seal key, spoken to
through `client`. `verifying` checks a file against the authorities a terminal trusts.

What must not come in: printers, sessions, the store, the network; and no red or round graphic that looks like an
agency's seal (service catalogue, 4.3).
"""
