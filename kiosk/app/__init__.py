"""The roof: puts the real parts together into processes. It may import everything; nothing imports it."""
