"""The PC/SC wire: a private pcscd that sees the pure cards in two real readers, away from the machine's own.

Outside (bench.py) is what a station calls. Inside a network and mount namespace (host.py and what it uses) live pcscd,
its vpcd driver and the cards, because vpcd listens on fixed ports on all addresses. Programs under test come in through
the Unix socket, as they would to any pcscd. What passes in the readers is kept in traffic.py; what a card answers is
none of this room's business.
"""
