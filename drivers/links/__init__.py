"""Thin outside of the drivers: each link executes one request at a time on a real wire or on an object in memory.

A link knows how bytes travel and nothing of what they mean. Every odd error of the library below becomes one of
``drivers.errors`` here. What must not come in: retries, protocol knowledge, decisions.
"""
