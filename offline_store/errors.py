"""Every fault of the stores as a typed exception with facts; no library's exception leaves this room.

The names say the condition, not the class ("StoreFull", not "FullError"), as the rooms above agreed on them.
Facts hold file names, numbers and result codes, never content.
"""
# ruff: noqa: N818

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class StoreError(Exception):
    """A fault of a store. ``store``: file or folder; ``reason``: one sentence; ``facts``; ``remedy``: next step."""

    remedy: ClassVar[str] = "Look at the facts and the terminal's log."

    def __init__(self, store: str, reason: str, facts: Mapping[str, str | int] | None = None) -> None:
        super().__init__(f"{store}: {reason}")
        self.store = store
        self.reason = reason
        self.facts: Mapping[str, str | int] = dict(facts or {})


class WrongKey(StoreError):
    """The file is whole, but it was encrypted under another key."""

    remedy = "Put back the key this store was made with; do not start over."


class NotEncrypted(StoreError):
    """The file is plain SQLite: nothing is read from it or written to it."""

    remedy = "Find out who put the plain file there."


class NoCipher(StoreError):
    """The SQLite library cannot encrypt; it would take a key in silence and write plain text."""

    remedy = "Reinstall sqlcipher3."


class StoreBroken(StoreError):
    """A page, the chain or the file itself is damaged or missing."""

    remedy = "Opening the journal moves a broken one aside; a broken snapshot is loaded anew."


class StoreFull(StoreError):
    """The disk is full. Nothing of the refused write was kept."""

    remedy = "Free disk space; no session starts until there is room."


class StoreBusy(StoreError):
    """Another process holds the store longer than the wait allowed."""

    remedy = "End the other terminal process, or try again."


class StoreRefused(StoreError):
    """The system refuses access: rights, read-only file system, input/output fault of the device."""

    remedy = "Check owner, mode and mount of the data directory, and the disk's health."


class RowRefused(StoreError):
    """A row contradicts the tables: the same key twice, a change of the chain, an unknown state."""

    remedy = "Nothing of the transaction was kept; the data or the program that made it is wrong."


class SchemaTooNew(StoreError):
    """The file was written by a later release."""

    remedy = "Install that release, or a later one."


class EpochUnknown(StoreError):
    """The journal and its head file are both unreadable, so that the next epoch's number is not known."""

    remedy = "Ask the centre for a new code, then: kiosk enrol. The epoch that follows comes with it."


class SnapshotUnavailable(StoreError):
    """No entitlement data can be shown. Base of the reasons."""

    remedy = "Run a sync; items that need the snapshot are off until then."


class NoSnapshot(SnapshotUnavailable):
    """None was loaded yet, or the one there was made for another schema version."""


class LeaseExpired(SnapshotUnavailable):
    """The snapshot is older than it may be used (default 30 days), or the clock stands before its date."""


class CountsDiffer(StoreError):
    """A snapshot's rows do not match the counts of its manifest; nothing was switched."""

    remedy = "Load the generation again; tell the centre which counts differed."


class KeyFault(StoreError):
    """A key cannot be lent. Base of the reasons."""


class KeyFilesRefused(KeyFault):
    """A key file is there or wanted, but key files were not allowed."""

    remedy = "Use the TPM, or set keys.allow_file = true and accept the permanent warning."


class KeyMissing(KeyFault):
    """No key of that name."""

    remedy = "Put the key back; if it is lost, so is what it opens: provision a terminal in an empty directory, anew."


class KeyUnfit(KeyFault):
    """The key file has other owners, modes, kind or length than a key may have, or was changed."""

    remedy = "Set mode 0600 and the right owner; if others could read it, make a new key."


class KeyChipUnavailable(KeyFault):
    """The security chip does not answer. The keys are not lost by this."""

    remedy = (
        "Check keys.tpm and that the TPM is enabled in the firmware, then switch the machine off and on; "
        "the keys are not lost."
    )


class KeyChipRefused(KeyFault):
    """The security chip answers, but does not do what a key store needs: owner password set, register missing."""

    remedy = "Clear the owner password of the TPM, or name other registers in keys.tpm_pcrs; then try again."


class KeyChipOther(KeyFault):
    """The key was sealed by another chip, or this chip was cleared since."""

    remedy = "Put the disk back into its own machine; for this machine enrol the terminal again."


class MachineChanged(KeyFault):
    """The platform registers (PCR) are not what they were when the key was sealed: firmware or boot changed."""

    remedy = (
        "Undo the change to firmware or boot and start again; before a planned change run `kiosk keys reseal`. "
        "Otherwise enrol the terminal again."
    )
