"""A terminal that exists gets a new key by a new code: after a fork, a key that was taken back, a lost centre.

The journal that is there ends, whole as it is, and a new epoch begins; what the old one still holds is uploaded from
where it is moved to. Only where a restored centre holds nothing of its epoch it goes on: its opening is proved by the
former key's certificate, or, if that was tried in vain, a new epoch begins all the same. The terminal process must not
run meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kiosk.app.directory import DataDirectory
from kiosk.app.refusing import address_refused, enrolment_refused
from kiosk.app.stores import TerminalStores
from kiosk.clock import SystemClock
from kiosk.settings import Settings
from offline_store.errors import EpochUnknown, WrongKey
from offline_store.journal import NewEpoch
from offline_store.journal.files import DATABASE, HEAD
from offline_store.journal.head import HeadRecord, read_head
from offline_store.keys import KeyProvider
from offline_store.keys_moving import nobody_else
from offline_store.rekeying import load_store_key
from offline_store.standing import FORK, NOT_OPENED
from sync.client.http import TLS_FOLDER, GatewayAddressUnfit, HttpSender
from sync.enrolment import enrol
from sync.protocol.enrolment import EnrolmentRefused
from sync.trust import NotEnrolled, read_trust


@dataclass(frozen=True, slots=True)
class EnrolledAgain:
    """The epoch that is open now, and why it was begun (None: the centre had nothing of it, and it goes on)."""

    organisation: str
    epoch: int
    reason: str | None


def enrol_again(
    data: DataDirectory,
    settings: Settings,
    keys: KeyProvider,
    code: str,
    *,
    now: Callable[[], datetime],
    random: Callable[[int], bytes],
) -> EnrolledAgain:
    """Raises ProvisioningRefused, NotEnrolled, and the errors of stores and keys: StoreBusy while the terminal runs."""
    # nobody else may be using the journal: found out before the centre is asked, for a code is good once
    try:
        _require_unused(data, settings, keys)
        address = settings.centre.gateway or read_trust(data.root).gateway_url
    except NotEnrolled:
        if not (data.root / DATABASE).exists():
            raise
        # a terminal all the same: what it trusted is broken or gone, and the code brings that anew
        with nobody_else(data.root), load_store_key(data.root, keys):
            address = settings.centre.gateway
    try:
        sender = HttpSender(address, tls=data.root / TLS_FOLDER)
    except GatewayAddressUnfit as error:
        raise address_refused(error, typed=False) from error
    try:
        trust = enrol(
            data.root,
            terminal=settings.terminal,
            code=code,
            keys=keys,
            send=sender,
            now=now,
            random=random,
            again=True,
            suite=settings.crypto.suite,
        )
    except EnrolmentRefused as error:
        raise enrolment_refused(error) from error
    finally:
        sender.close()
    stores = _begun_anew(data, settings, keys, trust.least_epoch)
    try:
        reason = stores.outcome.reason if isinstance(stores.outcome, NewEpoch) else None
        return EnrolledAgain(trust.organisation, stores.books.epoch, reason)
    finally:
        stores.close()


def _require_unused(data: DataDirectory, settings: Settings, keys: KeyProvider) -> None:
    """Raises what opening the stores raises, but where nothing here tells the last epoch: the code brings it."""
    try:
        TerminalStores(data, settings, keys, SystemClock()).close()
    except EpochUnknown:
        return
    except WrongKey:
        if isinstance(read_head(data.root / HEAD), HeadRecord):
            # proves that the key is another one, and no code brings that back
            raise


def _begun_anew(data: DataDirectory, settings: Settings, keys: KeyProvider, least_epoch: int) -> TerminalStores:
    """The stores in an epoch that is in service; `least_epoch`: the centre's word, of this moment."""
    stores = TerminalStores(data, settings, keys, SystemClock(), least_epoch=least_epoch)
    out = stores.books.out_of_service()
    if out is None or out.code not in (FORK, NOT_OPENED):
        return stores
    # this disk had counted further by itself than the centre knows: the number alone does not tell that this is later
    stores.close()
    return TerminalStores(data, settings, keys, SystemClock(), least_epoch=least_epoch, replace_because=out.code)
