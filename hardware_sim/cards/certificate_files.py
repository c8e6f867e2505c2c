"""The certificate environment of a third-generation card (card sheet section 11): key files, and nothing to sign with.

The public key of EF0012 is a point on the SM2 curve behind its length in bits. Of the certificates the sheet says only
where they are; without an SM2 authority behind them, EF0018 and EF0019 hold the bare public key information
(RFC 5480 with the OIDs of GM/T 0006), behind two bytes of length.
"""

import hashlib
from functools import cache
from typing import Final

from hardware_sim.cards.files import BinaryFile, Directory
from hardware_sim.cards.layout import CERTIFICATES_NAME
from hardware_sim.cards.security import FREE
from hardware_sim.cards.sm2_points import public_point
from hardware_sim.cards.tlv import ber
from hardware_sim.people import Persona

APPLICATION_NAME: Final = b"SS.CERT.ADF1"
PUBLIC_KEY_SFI: Final = 0x12
SIGNING_CERTIFICATE_SFI: Final = 0x18
ENCRYPTION_CERTIFICATE_SFI: Final = 0x19
CERTIFICATE_LENGTH: Final = 0x200

_KEY_BITS: Final = (256).to_bytes(2, "big")
_ALGORITHM: Final = bytes.fromhex("301306072A8648CE3D020106082A811CCF5501822D")


def certificate_directory(persona: Persona) -> Directory:
    """The environment with its one application. File ids there are 00 and the short id."""
    signing, encryption = (_point(f"{persona.card.city}{persona.card.serial}/{use}") for use in ("sign", "encrypt"))
    application = Directory(
        name="ADF1",
        file_id=None,
        df_name=APPLICATION_NAME,
        fci=ber(0x6F, ber(0x84, APPLICATION_NAME)),
        files=(
            BinaryFile("EF0012", PUBLIC_KEY_SFI, FREE, _KEY_BITS + signing),
            BinaryFile("EF0018", SIGNING_CERTIFICATE_SFI, FREE, _certificate(signing)),
            BinaryFile("EF0019", ENCRYPTION_CERTIFICATE_SFI, FREE, _certificate(encryption)),
        ),
        ef_base=0x0000,
    )
    fci = ber(0x6F, ber(0x84, CERTIFICATES_NAME))
    return Directory(name="PKI", file_id=None, df_name=CERTIFICATES_NAME, fci=fci, children=(application,))


@cache
def _point(seed: str) -> bytes:
    return public_point(int.from_bytes(hashlib.sha256(seed.encode("ascii")).digest(), "big"))


def _certificate(point: bytes) -> bytes:
    information = ber(0x30, _ALGORITHM + ber(0x03, b"\x00\x04" + point))
    return (len(information).to_bytes(2, "big") + information).ljust(CERTIFICATE_LENGTH, b"\0")
