"""The papers process as the performer wants it: asked from the terminal's thread, answered by events.

One thread of its own talks to the process, one request at a time; the pipe itself is `kiosk.certificates.client`.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from pathlib import Path

from kiosk.app.directory import DataDirectory
from kiosk.certificates.client import PapersClient, PapersGoneError, PapersLateError, papers_command
from kiosk.certificates.facts import EnrolmentCertificate
from kiosk.settings import Keys
from sync.seal_key import SEAL_KEY
from sync.trust import CENTRE, FOLDER

WARM_LIMIT, MAKE_LIMIT = 60.0, 30.0


class PapersProcess:
    """Starts the process when it is first wanted; `crash` gets a bug of ours in its thread."""

    def __init__(self, data: DataDirectory, keys_in: Keys, fonts: Path, crash: Callable[[BaseException], None]) -> None:
        """Nothing is started yet."""
        trust = data.root / FOLDER / CENTRE
        command = papers_command(data.keys / SEAL_KEY, trust, fonts, tpm=keys_in.tpm)
        self._client = PapersClient(command)
        self._crash = crash
        self._wanted: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._live, name="papers")
        self._thread.start()

    def warm(self) -> None:
        """Let it load its parts; a fault shows at the first certificate."""
        self._wanted.put(self._warm)

    def make(
        self, request: EnrolmentCertificate, done: Callable[[object], None], failed: Callable[[Exception], None]
    ) -> None:
        """One certificate; exactly one of `done` and `failed` is called, on the papers thread."""

        def work() -> None:
            try:
                made = self._client.make(request, MAKE_LIMIT)
            except (PapersGoneError, PapersLateError) as error:
                failed(error)
            else:
                done(made)

        self._wanted.put(work)

    def stop(self) -> None:
        """End thread and process."""
        self._wanted.put(None)
        self._thread.join()

    def _warm(self) -> None:
        try:
            self._client.warm(WARM_LIMIT)
        except (PapersGoneError, PapersLateError):
            # said again, with its consequence, when a certificate is asked for
            return

    def _live(self) -> None:
        try:
            while (work := self._wanted.get()) is not None:
                work()
        except BaseException as error:  # noqa: BLE001 nothing is swallowed: this is where bugs become known
            self._crash(error)
        finally:
            self._client.close()
