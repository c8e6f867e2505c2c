"""The demonstration: everything on one machine, nothing real. `world` starts it, `tour` walks through it.

Other programs (simulator, gateway) are started as programs, by their commands: nothing of them is imported.
"""
