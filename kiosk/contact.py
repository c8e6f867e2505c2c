"""Whether a device answered: from a driver's error to the word that the recovery ladder goes by."""

from __future__ import annotations

from drivers.errors import DeviceError, LinkLost, NoDevice, ServiceGone, Timeout
from kiosk.events import Contact


def contact_after(error: DeviceError | None) -> Contact:
    """None: no such device is fitted, so there is nothing to bring back."""
    match error:
        case None:
            return Contact.UNCLEAR
        case LinkLost() | NoDevice() | ServiceGone():
            return Contact.LOST
        case Timeout():
            return Contact.SILENT
    return Contact.UNCLEAR
