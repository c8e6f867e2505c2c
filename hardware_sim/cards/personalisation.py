"""A persona turned into the file tree and keys of its social security card, as an issuer would personalise a chip."""

from hardware_sim.cards import atr
from hardware_sim.cards.commands.authenticate import IRK
from hardware_sim.cards.crypto import FAMILIES, Family, card_key
from hardware_sim.cards.elements import Element, split_name
from hardware_sim.cards.files import MF_ID, BinaryFile, Directory, File, Key, RecordFile
from hardware_sim.cards.layout import (
    APPLICATION_READ_KEYS,
    APPLICATIONS,
    DIR_SFI,
    FINGERPRINT_LENGTH,
    HOLDER_DATA,
    ISSUER_DATA,
    PHOTO_LENGTH,
    RK_SSSE,
    SSSE_NAME,
    Application,
    ApplicationFile,
)
from hardware_sim.cards.security import FREE, any_of
from hardware_sim.cards.tlv import ber
from hardware_sim.people import Persona
from hardware_sim.portrait import portrait_jpeg

_GROWN_GREY = 60


def file_tree(persona: Persona, root_key: bytes) -> Directory:
    """The MF with SSSE and its applications. `root_key` (16 bytes) is diversified for this card."""
    family = FAMILIES[persona.card.algorithm]
    factor = atr.card_factor(atr.historical_bytes(persona.card.city, bytes.fromhex(persona.card.serial)))
    key = card_key(family, root_key, persona.card.city, factor)
    ssse = Directory(
        name="SSSE",
        file_id=None,
        df_name=SSSE_NAME,
        fci=_environment_fci(family),
        files=_environment_files(persona),
        children=tuple(_application(application, persona, key) for application in APPLICATIONS),
        keys=(Key("IRK", IRK, key), Key("RK_SSSE", RK_SSSE, key)),
    )
    mf_fci = ber(0x6F, ber(0x83, MF_ID.to_bytes(2, "big")))
    return Directory(name="MF", file_id=MF_ID, df_name=b"", fci=mf_fci, children=(ssse,))


def _environment_fci(family: Family) -> bytes:
    issuer = ber(0x9F0C, ber(0x86, bytes([family.code])))
    return ber(0x6F, ber(0x84, SSSE_NAME) + ber(0xA5, ber(0x88, bytes([DIR_SFI])) + issuer))


def _environment_files(persona: Persona) -> tuple[File, ...]:
    # Certain for EF06 to EF08 of 3.0 cards; earlier cards let everybody read the holder's data.
    holder = any_of("RK_SSSE") if persona.card.version >= "3" else FREE
    entries = tuple(
        ber(0x61, ber(0x4F, application.aid) + ber(0x50, application.label.encode("gbk")))
        for application in APPLICATIONS
    )
    return (
        RecordFile("DIR", DIR_SFI, FREE, entries),
        RecordFile("EF05", 0x05, FREE, _records(ISSUER_DATA, _issuer_values(persona))),
        RecordFile("EF06", 0x06, holder, _records(HOLDER_DATA, _holder_values(persona))),
        BinaryFile("EF07", 0x07, any_of("RK_SSSE"), bytes(FINGERPRINT_LENGTH)),
        BinaryFile("EF08", 0x08, any_of("RK_SSSE"), _photo(persona)),
    )


def _issuer_values(persona: Persona) -> dict[int, str]:
    card = persona.card
    return {
        0x01: f"{card.city}D156000005{card.serial}FFFFFFFF",
        0x02: "3",
        0x03: card.version,
        0x04: f"9156000002{card.city}{card.city}01",
        0x05: f"{card.issued:%Y%m%d}",
        0x06: f"{card.expires:%Y%m%d}",
        0x07: card.number,
    }


def _holder_values(persona: Persona) -> dict[int, str]:
    name_length = next(element.length for element in HOLDER_DATA if element.tag == 0x09)
    name, extension = split_name(persona.name_on_card, name_length)
    return {
        0x08: persona.id_number,
        0x09: name,
        0x4E: extension,
        0x0A: persona.sex,
        0x0B: persona.ethnic,
        0x0C: persona.id_number[:6],
        0x0D: f"{persona.birth_date:%Y%m%d}",
    }


def _records(elements: tuple[Element, ...], values: dict[int, str]) -> tuple[bytes, ...]:
    return tuple(element.record(values.get(element.tag, "")) for element in elements)


def _photo(persona: Persona) -> bytes:
    grey = persona.card.issued.year - persona.birth_date.year >= _GROWN_GREY
    jpeg = portrait_jpeg(persona.key, long_hair=persona.sex == "2", grey=grey, limit=PHOTO_LENGTH)
    return jpeg.ljust(PHOTO_LENGTH, b"\0")


def _application(application: Application, persona: Persona, key: bytes) -> Directory:
    values = persona.card.files.get(application.name, {})
    return Directory(
        name=application.name,
        file_id=application.file_id,
        df_name=application.aid,
        fci=ber(0x6F, ber(0x84, application.aid)),
        files=tuple(_application_file(file, values.get(file.name, {})) for file in application.files),
        keys=tuple(Key(name, kid, key) for name, kid in APPLICATION_READ_KEYS.items()),
    )


def _application_file(file: ApplicationFile, values: dict[str, str]) -> File:
    if file.transparent:
        return BinaryFile(file.name, file.sfi, file.read, bytes(file.transparent))
    return RecordFile(
        file.name, file.sfi, file.read, _records(file.elements, {int(tag, 16): text for tag, text in values.items()})
    )
