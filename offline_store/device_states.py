"""How the devices are, told by the terminal process, read by the sync process for the heartbeat.

Mutable, and nothing that was promised: what happened to a device is in the chain as an audit entry; this is only the
latest word. No personal data.
"""

from __future__ import annotations

from pathlib import Path

from offline_store.beside import Beside
from offline_store.connection import Connection, KeyBytes
from offline_store.schema import DeviceStateRow


class DeviceBoard:
    """The terminal's side. One thread; a connection of its own beside the journal's."""

    def __init__(self, folder: Path, key: KeyBytes) -> None:
        self._beside = Beside(folder, key)

    def clear(self) -> None:
        """At start: nothing is known of any device."""
        connection = self._beside.connection
        with connection.writing():
            connection.execute("DELETE FROM device_state")

    def tell(self, row: DeviceStateRow) -> None:
        """The latest word about one device."""
        connection = self._beside.connection
        with connection.writing():
            connection.execute(
                "INSERT INTO device_state(device, state, fault, since) VALUES (?, ?, ?, ?) ON CONFLICT(device)"
                " DO UPDATE SET state = excluded.state, fault = excluded.fault, since = excluded.since",
                (row.device, row.state, row.fault, row.since),
            )

    def close(self) -> None:
        """Give the connection back."""
        self._beside.close()


def device_states(connection: Connection) -> tuple[DeviceStateRow, ...]:
    """Every device that was ever spoken of since the terminal started, in the order of their names."""
    rows = connection.rows("SELECT device, state, fault, since FROM device_state ORDER BY device")
    return tuple(DeviceStateRow(*row) for row in rows)
