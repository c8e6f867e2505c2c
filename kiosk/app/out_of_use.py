"""A terminal whose wipe was begun: it opens nothing, serves nobody, says so, and sees the wipe to its end."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from kiosk.app.directory import DataDirectory
from kiosk.app.stores import hall_minute
from kiosk.clock import Clock
from kiosk.screen import OutOfService, Page, Preferences, Screen, StatusStrip
from kiosk.settings import Settings
from kiosk.text import text
from offline_store.chain import timestamp
from offline_store.errors import StoreBusy, StoreError
from offline_store.keys import KeyProvider
from sync.wiping import begun, go_on

FAULT = "SY-03"
_PAUSE_SECONDS = 2.0


def stay_out_of_use(
    data: DataDirectory,
    settings: Settings,
    keys: KeyProvider,
    clock: Clock,
    show: Callable[[Screen], None],
    stopping: threading.Event,
) -> None:
    """Show why until `stopping`. The sync process may be at it, too: whoever comes first wipes."""
    now = timestamp(clock.now().wall)
    found = begun(data.root)
    body = OutOfService(text("out.wiped"), hall_minute(found.since if found and found.since else now), FAULT)
    log = structlog.get_logger()
    shown = None
    while True:
        strip = StatusStrip(False, None, 0, None, clock.now().hall_time, settings.terminal)
        screen = Screen(Page.OUT_OF_SERVICE, body, Preferences(), strip)
        if screen != shown:
            show(screen)
            shown = screen
        try:
            go_on(data.root, keys, now)
        except StoreBusy:
            log.info("wipe-waits")
        except StoreError as error:
            log.error("wipe-not-done", why=type(error).__name__, facts=str(error))
        if stopping.wait(_PAUSE_SECONDS):
            return
