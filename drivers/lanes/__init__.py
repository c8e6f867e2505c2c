"""Lanes run device operations, one at a time and in order, each within its time.

``ThreadLane`` runs them on a real link, one thread per device. ``VirtualLane`` runs the same operations in virtual time
on a link in memory. Both step an operation through ``lanes.run``: time-outs, cancels and tidying up are the same.
A lane never retries anything, knows no protocol, and swallows no bug: an exception that is not a ``DeviceError`` ends
the lane and reaches its ``crash`` callback, or without one the thread's (the scheduler's) caller.
"""

from drivers.lanes.lane import Done, Failed, Lane, LaneStoppedError, Outcome, Ticket
from drivers.lanes.thread import Link, ThreadLane
from drivers.lanes.virtual import VirtualLane, VirtualLink

__all__ = [
    "Done",
    "Failed",
    "Lane",
    "LaneStoppedError",
    "Link",
    "Outcome",
    "ThreadLane",
    "Ticket",
    "VirtualLane",
    "VirtualLink",
]
