"""A persona turned into the file tree and keys of its social security card, as an issuer would personalise a chip."""

from hardware_sim.cards import atr
from hardware_sim.cards.certificate_files import certificate_directory
from hardware_sim.cards.contents import ApplicationContents
from hardware_sim.cards.crypto import CARD_FAMILIES, Family, card_key
from hardware_sim.cards.elements import Element, split_name
from hardware_sim.cards.files import MF_ID, BinaryFile, Directory, File, Key, RecordFile
from hardware_sim.cards.layout import (
    APPLICATION_READ_KEYS,
    APPLICATION_WRITE_KEYS,
    APPLICATIONS,
    BK,
    DIR_SFI,
    FINGERPRINT_LENGTH,
    HOLDER_DATA,
    HOLDER_DATA_1,
    IRK,
    ISSUER_DATA,
    MEDICAL,
    NAME_EXTENSION,
    PHOTO_LENGTH,
    PUK,
    RK_SSSE,
    SSSE_NAME,
    UK_SSSE,
    Application,
    ApplicationFile,
)
from hardware_sim.cards.payment_files import payment_directories
from hardware_sim.cards.security import FREE, any_of
from hardware_sim.cards.tlv import ber
from hardware_sim.people import Persona
from hardware_sim.portrait import portrait_jpeg

_GROWN_GREY = 60
# Keys of the medical account are reached by their index in its commands, never by an id.
_ACCOUNT_KEYS = ("LOAD", "PURCHASE", "DTK")
_NO_ID = -1


def file_tree(persona: Persona, root_key: bytes, *, contactless: bool = False) -> Directory:
    """The MF with its environments. `root_key` (16 bytes) is diversified for this card.

    Cards of 1.0 hold SSSE with issuer and holder data, and their applications empty: LB 002-2000 gave those other
    contents, which the sheet does not describe. The certificate environment comes with 3.0.
    """
    generation = persona.card.generation
    children = [_social_security(persona, root_key)]
    if generation > 1:
        children += payment_directories(persona, contactless=contactless)
    if generation > 2:
        children.append(certificate_directory(persona))
    mf_fci = ber(0x6F, ber(0x83, MF_ID.to_bytes(2, "big")))
    return Directory(name="MF", file_id=MF_ID, df_name=b"", fci=mf_fci, children=tuple(children))


def _social_security(persona: Persona, root_key: bytes) -> Directory:
    family = CARD_FAMILIES[persona.card.algorithm]
    key = _own_key(persona, family, root_key)
    ids = {"IRK": IRK, "BK": BK, "PUK": PUK, "RK_SSSE": RK_SSSE, "UK_SSSE": UK_SSSE}
    contents = ApplicationContents(persona)
    return Directory(
        name="SSSE",
        file_id=None,
        df_name=SSSE_NAME,
        fci=_environment_fci(family if persona.card.tells_algorithm else None),
        files=_environment_files(persona),
        children=tuple(_application(application, persona, contents, key) for application in APPLICATIONS),
        keys=_keys(ids, key),
    )


def _own_key(persona: Persona, family: Family, root_key: bytes) -> bytes | None:
    """None for SSF33, whose cipher is not public: such a card has no keys and says 6A88."""
    if family.name == "SSF33":
        return None
    factor = atr.card_factor(atr.historical_bytes(persona.card.city, bytes.fromhex(persona.card.serial)))
    return card_key(family, root_key, persona.card.city, factor)


def _keys(ids: dict[str, int], key: bytes | None) -> tuple[Key, ...]:
    return () if key is None else tuple(Key(name, kid, key) for name, kid in ids.items())


def _environment_fci(told: Family | None) -> bytes:
    issuer = b"" if told is None else ber(0x9F0C, ber(0x86, bytes([told.code])))
    return ber(0x6F, ber(0x84, SSSE_NAME) + ber(0xA5, ber(0x88, bytes([DIR_SFI])) + issuer))


def _environment_files(persona: Persona) -> tuple[File, ...]:
    generation = persona.card.generation
    # Certain for EF06 to EF08 of 3.0 cards; earlier cards let everybody read the holder's data.
    holder = any_of("RK_SSSE") if generation > 2 else FREE
    holder_elements = HOLDER_DATA if generation > 1 else HOLDER_DATA_1
    entries = tuple(
        ber(0x61, ber(0x4F, application.aid) + ber(0x50, application.label.encode("gbk")))
        for application in APPLICATIONS
        if application.aid
    )
    files: tuple[File, ...] = (
        RecordFile("DIR", DIR_SFI, FREE, entries),
        RecordFile("EF05", 0x05, FREE, _records(ISSUER_DATA, _issuer_values(persona)), "UK_SSSE"),
        RecordFile("EF06", 0x06, holder, _records(holder_elements, _holder_values(persona)), "UK_SSSE"),
    )
    if generation == 1:
        return files
    return (
        *files,
        BinaryFile("EF07", 0x07, any_of("RK_SSSE"), bytes(FINGERPRINT_LENGTH), "UK_SSSE"),
        BinaryFile("EF08", 0x08, any_of("RK_SSSE"), _photo(persona), "UK_SSSE"),
    )


def _issuer_values(persona: Persona) -> dict[int, str]:
    card = persona.card
    return {
        0x01: f"{card.city}D156000005{card.serial}FFFFFFFF",
        0x02: card.holder_class,
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
        NAME_EXTENSION: extension,
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


def _application(
    application: Application, persona: Persona, contents: ApplicationContents, key: bytes | None
) -> Directory:
    ids = {**APPLICATION_READ_KEYS, **APPLICATION_WRITE_KEYS}
    if application is MEDICAL:
        ids |= dict.fromkeys(_ACCOUNT_KEYS, _NO_ID)
    named = ber(0x84, application.aid) if application.aid else ber(0x83, application.file_id.to_bytes(2, "big"))
    described = application.files if persona.card.generation > 1 else ()
    return Directory(
        name=application.name,
        file_id=application.file_id,
        df_name=application.aid,
        fci=ber(0x6F, named),
        files=tuple(_application_file(application, file, contents) for file in described),
        keys=_keys(ids, key),
    )


def _application_file(application: Application, file: ApplicationFile, contents: ApplicationContents) -> File:
    if file.kind == "transparent":
        return BinaryFile(file.name, file.sfi, file.read, bytes(file.length), file.write)
    records = contents.records(application, file)
    if file.kind == "cyclic":
        return RecordFile(file.name, file.sfi, file.read, records, file.write, file.most, file.record_length)
    return RecordFile(file.name, file.sfi, file.read, records, file.write)
