"""Keys that a TPM 2 guards: sealed to one chip, on request also to the state of the machine. Needs the extra [tpm].

`keys/NAME.tpm` holds a key sealed (`offline_store.keys_tpm_file`); with the disk alone nothing in it can be read.
What a chip cannot do: TPMs know neither Ed25519 nor, mostly, SM2. So the terminal's signing key is made outside,
sealed, and lent to the process that signs, like the store's key. A P-256 key (the seal of certificates) is made in the
chip and never leaves it. Each call is one short conversation; the chip holds nothing between them, and processes take
turns.

What it does not do: whoever is root on the running machine can ask the chip as the terminal does. Registers (PCR) bind
the keys to firmware and boot chain, so that another system started on the same machine gets none.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from offline_store.durable import create_file, make_folder, write_file
from offline_store.errors import KeyUnfit
from offline_store.keys import (
    MAX_KEY_BYTES,
    KeyBuffer,
    KeyPlace,
    KeyWarning,
    checked_name,
    destroy_file,
    plain_key_files,
    read_private,
    replace_file,
    wipe,
)
from offline_store.keys_tpm_chip import Chip, conversation
from offline_store.keys_tpm_file import (
    MAX_FILE_BYTES,
    SUFFIX,
    WRAPPING_BYTES,
    Blobs,
    Envelope,
    Held,
    blobs_from_bytes,
    blobs_to_bytes,
    checked_registers,
)


class TpmKeys:
    """Implements `KeyProvider` and `P256Keys`. ``tcti``: how to reach the chip, ``device:/dev/tpmrm0``.

    ``registers``: PCR numbers (SHA-256 bank) that new keys are bound to; a key that is there stays bound to its own.
    Nothing is opened before the first key is wanted.
    """

    place: KeyPlace = KeyPlace.TPM

    def __init__(self, folder: Path, tcti: str, registers: tuple[int, ...] = ()) -> None:
        self._folder = folder
        self._tcti = tcti
        self.port = tcti
        self.registers = checked_registers(registers)

    @property
    def warning(self) -> KeyWarning | None:
        """Key files that were left behind, or a chip that is none."""
        if plain_key_files(self._folder):
            return KeyWarning(
                code="keys-left-in-files",
                folder=str(self._folder),
                text_zh="密钥已移入安全芯片，但密钥文件仍在磁盘上：再次执行 kiosk keys move-to-tpm。",
                text_en="Keys are in the security chip, but their files are still on the disk: "
                "run kiosk keys move-to-tpm again.",
            )
        if not self._tcti.startswith(("device:", "tabrmd:")):
            return KeyWarning(
                code="keys-in-simulated-chip",
                folder=str(self._folder),
                text_zh="密钥由模拟芯片保护；仅供演示或测试使用。",
                text_en="Keys are guarded by a simulated chip: for demonstration or tests only.",
            )
        return None

    def load(self, name: str, *, length: int | None = None) -> KeyBuffer:
        """The key, unsealed. Raises KeyMissing, KeyUnfit, KeyChipUnavailable, KeyChipOther, MachineChanged."""
        label, envelope = self._read(name)
        if envelope.held is not Held.OCTETS:
            raise KeyUnfit(label, "the key is in the chip and cannot be lent")
        with self._chip(label) as chip:
            material = self._opened(chip, label, envelope)
        if length is not None and len(material) != length:
            facts: dict[str, str | int] = {"bytes": len(material), "expected": length}
            wipe(material)
            raise KeyUnfit(label, "the key has a wrong length", facts)
        return KeyBuffer(name, material)

    def create(self, name: str, material: bytes | bytearray) -> bool:
        """Seal a new key durably; an existing one is never overwritten (answer False)."""
        if not 0 < len(material) <= MAX_KEY_BYTES:
            raise ValueError(f"a key has 1 to {MAX_KEY_BYTES} bytes")
        if self._path(name).exists():
            return False
        with self._chip(self._label(name)) as chip:
            return self._kept(name, self._sealed(chip, Held.OCTETS, material))

    def replace(self, name: str, by: str) -> None:
        """One file takes the other's place; after a power cut it is the old one or the new one.

        Then the old one is overwritten, as `destroy` does it; a power cut before that leaves it on free blocks.
        """
        replace_file(self._path(name), self._path(by), self._label(by))

    def destroy(self, name: str) -> bool:
        """Overwrite the file, then remove it; the chip itself holds nothing of the key.

        A copy of the file taken before, or a remainder on a flash disk, is of use in this machine only.
        """
        return destroy_file(self._path(name), self._label(name))

    def names(self) -> tuple[str, ...]:
        """Of all keys, sorted."""
        if not self._folder.is_dir():
            return ()
        return tuple(sorted(path.name.removesuffix(SUFFIX) for path in self._folder.glob(f"[a-z]*{SUFFIX}")))

    def make_p256(self, name: str) -> bool:
        """Make a signing key in the chip. False, and nothing changed, when there is a key of that name."""
        if self._path(name).exists():
            return False
        with self._chip(self._label(name)) as chip:
            return self._kept(name, self._sealed(chip, Held.P256, blobs_to_bytes(chip.make_p256())))

    def take_p256(self, name: str, scalar: bytearray) -> bool:
        """Take in a signing key made outside (32 octets). False, and nothing changed, when there is one already."""
        if self._path(name).exists():
            return False
        with self._chip(self._label(name)) as chip:
            return self._kept(name, self._sealed(chip, Held.P256, blobs_to_bytes(chip.take_p256(scalar))))

    def p256(self, name: str) -> TpmP256:
        """The key, to sign with. Raises as `load`; KeyUnfit for a key of another kind."""
        label, envelope = self._read(name)
        if envelope.held is not Held.P256:
            raise KeyUnfit(label, "the key is no signing key of the chip")
        with self._chip(label) as chip:
            blobs = blobs_from_bytes(self._opened(chip, label, envelope), label)
            return TpmP256(self._tcti, label, blobs, chip.point(blobs))

    def reseal(self, name: str) -> None:
        """Bind the key to this provider's registers as they are now; old or new after a power cut. Raises as `load`."""
        label, envelope = self._read(name)
        with self._chip(label) as chip:
            content = self._opened(chip, label, envelope)
            try:
                fresh = self._sealed(chip, envelope.held, content)
                with contextlib.closing(KeyBuffer(name, self._opened(chip, label, fresh))) as again:
                    if again.material != content:
                        raise KeyUnfit(label, "the chip does not give back what it sealed")
            finally:
                wipe(content)
        write_file(self._path(name), fresh.to_bytes())

    def bound_to(self, name: str) -> tuple[int, ...]:
        """Registers that the key is bound to. Raises KeyMissing, KeyUnfit; needs no chip."""
        return self._read(name)[1].registers

    def binds_as_new(self, name: str) -> bool:
        """Whether the key is bound to the registers that a new one would be bound to."""
        return self.bound_to(name) == self.registers

    def _read(self, name: str) -> tuple[str, Envelope]:
        label = self._label(name)
        return label, Envelope.from_bytes(read_private(self._path(name), label, at_most=MAX_FILE_BYTES), label)

    def _opened(self, chip: Chip, label: str, envelope: Envelope) -> bytearray:
        chip.expect(envelope.root)
        wrapping = chip.unseal(envelope.sealed, envelope.registers)
        try:
            return envelope.content(wrapping, label)
        finally:
            wipe(wrapping)

    def _sealed(self, chip: Chip, held: Held, content: bytes | bytearray) -> Envelope:
        wrapping = bytearray(os.urandom(WRAPPING_BYTES))
        try:
            blobs = chip.seal(wrapping, self.registers)
            return Envelope.around(held, content, wrapping, chip.root, self.registers, blobs)
        finally:
            wipe(wrapping)

    def _kept(self, name: str, envelope: Envelope) -> bool:
        make_folder(self._folder)
        return create_file(self._path(name), envelope.to_bytes())

    def _chip(self, label: str) -> contextlib.AbstractContextManager[Chip]:
        return conversation(self._tcti, label)

    def _label(self, name: str) -> str:
        return f"{self._folder.name}/{name}{SUFFIX}"

    def _path(self, name: str) -> Path:
        return self._folder / f"{checked_name(name)}{SUFFIX}"


class TpmP256:
    """A P-256 key in the chip. What this object holds is of no use without it."""

    __slots__ = ("_blobs", "_label", "_tcti", "public_key")

    def __init__(self, tcti: str, label: str, blobs: Blobs, point: bytes) -> None:
        self._tcti, self._label, self._blobs = tcti, label, blobs
        self.public_key: bytes = point

    def sign(self, data: bytes) -> bytes:
        """ES256: r and s, 32 octets each. Raises KeyChipUnavailable."""
        with conversation(self._tcti, self._label) as chip:
            return chip.sign(self._blobs, hashlib.sha256(data).digest())

    def __repr__(self) -> str:
        return f"TpmP256({self._label!r}, ...)"
