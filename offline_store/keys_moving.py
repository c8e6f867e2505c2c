"""Keys from files into a security chip: made there, read back, and only then destroyed on the disk.

Which of the two places counts is said by the settings alone; switching them is one rename between the two halves. A cut
before it leaves the files in use, a cut after it the chip; in both cases the same command ends the work.
"""

from __future__ import annotations

import contextlib
import hmac
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

from offline_store.errors import KeyMissing, KeyUnfit, StoreBusy
from offline_store.journal.files import DATABASE, OpenMark, opened_by_others
from offline_store.keys import KeyBuffer, KeyFiles, destroy_file, plain_key_files, wipe
from offline_store.keys_tpm import TpmKeys

_PROBE: Final = b"offline_store.keys_moving: is it the same key?"
_HALF: Final = 32

Step = Callable[[str], None]
"""Told before each effect, by a short word."""


@contextlib.contextmanager
def nobody_else(data: Path) -> Iterator[None]:
    """No terminal or sync process uses these keys, and none begins. Raises StoreBusy."""
    mark = OpenMark.take(data)
    try:
        if opened_by_others(data):
            raise StoreBusy(DATABASE, "another process has the journal open: stop the sync process")
        yield
    finally:
        mark.release()


def copy_into_chip(
    files: KeyFiles,
    chip: TpmKeys,
    signing: frozenset[str],
    step: Step = lambda word: None,
    *,
    files_count: bool = True,
) -> None:
    """Every key of the files is in the chip afterwards, and was read back.

    ``signing``: P-256 keys (PEM or PKCS #8), which are taken in and never lent again. ``files_count`` False: a key that
    is in the chip stays as it is there. Raises the errors of both providers.
    """
    for name in files.names():
        taken = name in signing
        if not files_count and _is_there(chip, name, signing=taken):
            continue
        with files.load(name) as buffer:
            if taken:
                _take_in(chip, name, buffer, step)
            else:
                _seal(chip, name, buffer, step)


def _is_there(chip: TpmKeys, name: str, *, signing: bool) -> bool:
    """Whether the chip gives the key; a sealed key that it does not give is an error, not an absent one."""
    if name not in chip.names():
        return False
    if signing:
        chip.p256(name)
    else:
        chip.load(name).close()
    return True


def destroy_files(folder: Path, step: Step = lambda word: None) -> int:
    """Overwrite and remove every file that holds a key as it is; how many."""
    found = plain_key_files(folder)
    for path in found:
        step(f"destroy {path.name}")
        destroy_file(path, f"{folder.name}/{path.name}")
    return len(found)


def _seal(chip: TpmKeys, name: str, buffer: KeyBuffer, step: Step) -> None:
    if _lends(chip, name, buffer):
        return
    step(f"clear {name}")
    chip.destroy(name)
    step(f"seal {name}")
    chip.create(name, buffer.material)
    step(f"read back {name}")
    if not _lends(chip, name, buffer):
        raise KeyUnfit(name, "the chip does not give back what it sealed; the files stay")


def _lends(chip: TpmKeys, name: str, buffer: KeyBuffer) -> bool:
    """Whether the chip has this very key, bound as its settings say: of an attempt that was cut off."""
    try:
        with chip.load(name) as sealed:
            same = hmac.compare_digest(sealed.material, buffer.material)
    except (KeyMissing, KeyUnfit):
        return False
    return same and chip.binds_as_new(name)


def _take_in(chip: TpmKeys, name: str, buffer: KeyBuffer, step: Step) -> None:
    private = _p256(name, buffer)
    if _signs(chip, name, private.public_key()):
        return
    step(f"clear {name}")
    chip.destroy(name)
    scalar = bytearray(private.private_numbers().private_value.to_bytes(_HALF))
    try:
        step(f"take in {name}")
        chip.take_p256(name, scalar)
    finally:
        wipe(scalar)
    step(f"try {name}")
    if not _signs(chip, name, private.public_key()):
        raise KeyUnfit(name, "the chip does not sign with the key it took in; the files stay")


def _signs(chip: TpmKeys, name: str, public: ec.EllipticCurvePublicKey) -> bool:
    try:
        key = chip.p256(name)
    except (KeyMissing, KeyUnfit):
        return False
    numbers = public.public_numbers()
    if key.public_key != b"\x04" + numbers.x.to_bytes(_HALF) + numbers.y.to_bytes(_HALF):
        return False
    made = key.sign(_PROBE)
    der = encode_dss_signature(int.from_bytes(made[:_HALF]), int.from_bytes(made[_HALF:]))
    # InvalidSignature here would be a chip that computes wrongly
    public.verify(der, _PROBE, ec.ECDSA(hashes.SHA256()))
    return chip.binds_as_new(name)


def _p256(name: str, buffer: KeyBuffer) -> ec.EllipticCurvePrivateKey:
    load = load_pem_private_key if buffer.material.startswith(b"-----") else load_der_private_key
    try:
        key = load(buffer.material, None)
    except (ValueError, TypeError) as error:
        raise KeyUnfit(name, "it is not a private key without password") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyUnfit(name, "it is not a P-256 key")
    return key
