"""How the gateway asks the core systems of the agency: one protocol, and a demonstration behind it.

A connector answers one question of one terminal. It knows nothing of HTTP, signatures or terminals' journals, and the
gateway knows nothing of what is behind it.
"""
