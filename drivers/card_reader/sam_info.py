"""What a PSAM says about itself and its terminal (sheet, section 9): no key, no secret, nothing about a card."""

from dataclasses import dataclass
from typing import Final

from construct import Byte, Bytes, BytesInteger, Struct

from drivers.card_reader.channel import OK, Channel
from drivers.card_reader.codings import Digits
from drivers.card_reader.commands import SELECT_MF, SELECT_PSAM, read_binary_by_sfi
from drivers.card_reader.layouts import parsed
from drivers.card_reader.sam import power_sam
from drivers.errors import CardMalformed
from drivers.operation import Operation, PowerOff, Slot

_CHANNEL = Channel(Slot.SAM)
_NOT_HERE = frozenset({0x6A82, 0x6986, 0x6981})

_CARD_INFO = Struct("issuer" / Bytes(1), "serial" / Digits(10), "version" / Byte, "key_type" / Byte, "fci" / Bytes(2))
_TERMINAL = Struct("number" / Digits(6))
_COUNTER = Struct("transactions" / BytesInteger(4))

_FILES: Final = {0x15: 15, 0x16: 6, 0x19: 4, 0x1A: 256, 0x1B: 256, 0x1C: 256}
"""SFI to length; 256: as long as it is. The sheet names no DF for them: the MF and DF01 are asked."""

_OPTIONAL = frozenset({0x19, 0x1A, 0x1B, 0x1C})


@dataclass(frozen=True, slots=True)
class SamInfo:
    """A PSAM and the terminal it was made for.

    serial           20 digits
    version          of the PSAM
    key_type         as the PSAM has it; the sheet gives no table
    terminal         12 digits, the first 6 of them the city
    transactions     how many purchases the terminal has made; None: the PSAM keeps no counter
    application_info what EF001A, EF001B, EF001C hold; None: no such file
    """

    serial: str
    version: int
    key_type: int
    terminal: str
    transactions: int | None
    application_info: tuple[bytes | None, ...]


def read_sam_info() -> Operation[SamInfo]:
    """Power the PSAM, read its open files, take the power away. SamMissing, CardMalformed, Refused, the wire's."""
    yield from power_sam()
    found: dict[int, bytes] = {}
    for select in (SELECT_MF, SELECT_PSAM):
        yield from _CHANNEL.send(select)
        for sfi, length in _FILES.items():
            if sfi not in found:
                command = read_binary_by_sfi(sfi, length)
                response = yield from _CHANNEL.send(command)
                if response.sw == OK:
                    found[sfi] = response.data
                elif response.sw not in _NOT_HERE:
                    raise _CHANNEL.refusal(command.name, response)
    yield PowerOff(Slot.SAM)
    for sfi in _FILES:
        if sfi not in found and sfi not in _OPTIONAL:
            raise CardMalformed("card_reader", slot="sam", file=f"EF{sfi:04X}", shape="file missing")
    card = parsed(_CARD_INFO, found[0x15], "PSAM card info")
    return SamInfo(
        serial=card.serial,
        version=card.version,
        key_type=card.key_type,
        terminal=parsed(_TERMINAL, found[0x16], "PSAM terminal number").number,
        transactions=parsed(_COUNTER, found[0x19], "PSAM counter").transactions if 0x19 in found else None,
        application_info=tuple(found.get(sfi) for sfi in (0x1A, 0x1B, 0x1C)),
    )
