"""How a terminal talks with the central platform, and that platform's door.

`protocol` is what both ends agree on, `client` is the terminal's side, `gateway` is the centre's side. What crosses the
network goes through this room and nothing else does: no screen, no session logic, no device, and no table of the
terminal that `offline_store` does not offer.
"""
