"""Which keys were ever enrolled, in memory: who stands in a line is asked for each request, before anything is read."""

from __future__ import annotations

from sync.gateway.store import Store


class EnrolledKeys:
    """Fingerprints, read from the store from time to time: only what came since. Keys that were taken back stay.

    One thread reads on while others ask.
    """

    def __init__(self) -> None:
        self._fingerprints: set[str] = set()
        self._last = 0

    def __contains__(self, fingerprint: str) -> bool:
        return fingerprint in self._fingerprints

    def read_on(self, store: Store) -> None:
        """Take what was enrolled since the last time. May raise StoreUnavailable."""
        with store.reading():
            rows = store.terminal_certificates.fingerprints_after(self._last)
        self._fingerprints.update(fingerprint for _, fingerprint in rows)
        self._last = max((row for row, _ in rows), default=self._last)
