"""The PSAM: the card in the terminal that holds root or province keys and makes session keys of user cards with them.

Section 9 of the card sheet, as far as a terminal needs it for authentication: SELECT, READ BINARY, INIT ENVIRONMENT,
DELIVERY SESSION KEY, CIPHER DATA (encrypt), GET RESPONSE.
"""

from dataclasses import dataclass
from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.crypto import FACTOR_LENGTH, FAMILIES, AlgorithmName, Family
from hardware_sim.cards.demo_keys import DEMO_ROOT_KEY
from hardware_sim.cards.device import NoAnswerError
from hardware_sim.cards.notes import Notebook
from hardware_sim.cards.t0 import T0, Answer, Command, exactly, line_seconds, refused
from hardware_sim.cards.tlv import ber

APPLICATION_AID: Final = bytes.fromhex("D15600000590")
MF_NAME: Final = bytes.fromhex("7378312E73682EC9E7BBE1B1A3D5CF")  # "sx1.sh.社会保障": the DES set
DDF1_NAME: Final = bytes.fromhex("7378322E73682EC9E7BBE1B1A3D5CF")  # "sx2.sh.社会保障": the 16-byte set
_ATR: Final = bytes.fromhex("3B6D0000") + bytes.fromhex("0081544C96") + b"PSAM" + bytes.fromhex("99010001")
_ENCRYPT_LAST: Final = 0x00
_MOST_LEVELS: Final = 3
_KIND_ENCRYPT: Final = 7
_KIND_MAC_AND_ENCRYPT: Final = 8


@dataclass(frozen=True, repr=False)
class SamKey:
    """A key by usage byte (levels in the high 3 bits, kind in the low 5) and key id; `value` is 16 secret bytes."""

    usage: int
    kid: int
    value: bytes

    @property
    def levels(self) -> int:
        return self.usage >> 5

    @property
    def kind(self) -> int:
        return self.usage & 0x1F


def demo_keys() -> tuple[SamKey, ...]:
    """The demonstration root key, three levels above a card: id 08 serves IRK, id 0A RK_SSSE."""
    return tuple(SamKey(_MOST_LEVELS << 5 | _KIND_MAC_AND_ENCRYPT, kid, DEMO_ROOT_KEY) for kid in (0x08, 0x0A))


class Psam:
    """One PSAM with one algorithm. `terminal_number` is 12 digits, the first 6 the city code."""

    def __init__(
        self,
        algorithm: AlgorithmName = "SM4",
        *,
        keys: tuple[SamKey, ...] | None = None,
        terminal_number: str = "990100000001",
    ) -> None:
        self.notes = Notebook()
        self._family: Family = FAMILIES[algorithm]
        self._environments = (MF_NAME,) if algorithm == "3DES" else (MF_NAME, DDF1_NAME)
        self._keys = demo_keys() if keys is None else keys
        card_info = bytes.fromhex("99" + "00000000000000000001" + "01" + f"{self._family.code:02X}" + "0000")
        self._files = {0xEF15: card_info, 0xEF16: bytes.fromhex(terminal_number)}
        self._t0 = T0(self._execute)
        self._powered = False
        self._forget()

    def power_on(self) -> bytes | None:
        """Cold reset; returns the ATR."""
        self._forget()
        self._powered = True
        return _ATR

    def power_off(self) -> None:
        """The session key is gone."""
        self._forget()
        self._powered = False

    def transmit(self, apdu: bytes) -> bytes:
        """One APDU. Raises NoAnswerError without power."""
        if not self._powered:
            raise NoAnswerError("the PSAM has no power")
        answer = self._t0.transmit(apdu)
        if answer.why:
            self.notes.add(apdu, answer.status, answer.why)
        return answer.data + sw.to_bytes(answer.status)

    def seconds(self, apdu: bytes) -> float:
        """Line time at 9600 bit/s and some milliseconds of thinking."""
        return line_seconds(apdu)

    def _forget(self) -> None:
        self._t0.reset()
        self._in_application = False
        self._file: bytes | None = None
        self._session_key: bytes | None = None

    def _execute(self, command: Command) -> Answer:
        match command.cla, command.ins:
            case 0x00, 0xA4:
                return self._select(command)
            case 0x00, 0xB0:
                return self._read_binary(command)
            case 0xBF, 0xEC:
                return self._init_environment(command)
            case ((0xBF | 0x80), 0xDE):
                return self._deliver_session_key(command)
            case 0x80, 0xFA:
                return self._cipher_data(command)
            case ((0x00 | 0x80 | 0xBF), _):
                return refused(sw.UNKNOWN_INSTRUCTION, "unknown instruction")
            case _:
                return refused(sw.UNKNOWN_CLASS, "unknown class")

    def _select(self, command: Command) -> Answer:
        match command.p1, command.p2, command.data:
            case 0x04, 0x00, name if name == APPLICATION_AID:
                self._enter(application=True)
                return Answer(data=ber(0x6F, ber(0x84, APPLICATION_AID)))
            case 0x04, 0x00, name if name in self._environments:
                self._enter(application=False)
                return Answer(data=ber(0x6F, ber(0x84, name)))
            case 0x00, 0x00, (b"" | b"\x3f\x00"):
                self._enter(application=False)
                return Answer(data=ber(0x6F, ber(0x84, MF_NAME)))
            case 0x00 | 0x02, 0x00, file_id if len(file_id) == 2:
                return self._select_file(file_id)
            case 0x00 | 0x02 | 0x04, 0x00, _:
                return refused(sw.FILE_NOT_FOUND, "no such name")
            case _:
                return refused(sw.WRONG_P1_P2, "SELECT with these P1 P2")

    def _enter(self, *, application: bool) -> None:
        self._in_application = application
        self._session_key = None
        self._file = None

    def _select_file(self, file_id: bytes) -> Answer:
        # EF0015 and EF0016 of the sheet: the card information file lies in the MF, both are found from everywhere.
        content = self._files.get(0xEF00 | file_id[1]) if file_id[0] in (0x00, 0xEF) else None
        if content is None:
            return refused(sw.FILE_NOT_FOUND, "no such file")
        self._file = content
        return Answer()

    def _read_binary(self, command: Command) -> Answer:
        if command.p1 & 0x80:
            content, offset = self._files.get(0xEF00 | command.p1 & 0x1F), command.p2
            if content is None:
                return refused(sw.FILE_NOT_FOUND, "no EF with this short id")
            self._file = content
        else:
            content, offset = self._file, command.p1 << 8 | command.p2
            if content is None:
                return refused(sw.NO_CURRENT_EF, "no current EF")
        if offset >= len(content):
            return refused(sw.WRONG_OFFSET, "offset behind the end")
        return exactly(command, content[offset : offset + command.le])

    def _init_environment(self, command: Command) -> Answer:
        if (command.p1, command.p2) != (0, 0):
            return refused(sw.WRONG_P1_P2, "INIT ENVIRONMENT with P1 P2")
        if len(command.data) != 1:
            return refused(sw.WRONG_LENGTH, "INIT ENVIRONMENT takes one byte, the first of the card id")
        self._session_key = None
        return Answer()

    def _deliver_session_key(self, command: Command) -> Answer:
        self._session_key = None
        if not self._in_application:
            return refused(sw.KEY_NOT_FOUND, "keys are in DF01: select it first")
        holding = [key for key in self._keys if key.kid == command.p2 and self._serves(key, command.p1)]
        if not holding:
            return refused(sw.KEY_NOT_FOUND, "no such key")
        levels = command.p1 >> 5
        key = next((candidate for candidate in holding if candidate.levels == levels), None)
        if key is None:
            return refused(sw.DATA_FIELD, "this key has another number of levels")
        if len(command.data) != self._family.block + FACTOR_LENGTH * levels:
            return refused(sw.WRONG_LENGTH, "factors and input do not match levels and algorithm")
        factors, random = command.data[: FACTOR_LENGTH * levels], command.data[FACTOR_LENGTH * levels :]
        value = key.value
        # Sent as level 3, 2, 1 and used the other way round, root first.
        for start in reversed(range(0, len(factors), FACTOR_LENGTH)):
            value = self._family.diversify(value, factors[start : start + FACTOR_LENGTH])
        self._session_key = self._family.session_key(value, random)
        return Answer()

    @staticmethod
    def _serves(key: SamKey, usage: int) -> bool:
        kind = usage & 0x1F
        return kind == key.kind or (kind == _KIND_ENCRYPT and key.kind == _KIND_MAC_AND_ENCRYPT)

    def _cipher_data(self, command: Command) -> Answer:
        if (command.p1, command.p2) != (_ENCRYPT_LAST, 0):
            return refused(sw.WRONG_P1_P2, "CIPHER DATA in a mode this PSAM does not have")
        # "last" ends the use of a session key, whatever comes of it.
        session_key, self._session_key = self._session_key, None
        if session_key is None:
            return refused(sw.NO_CURRENT_STATE, "no session key")
        if not command.data or len(command.data) % self._family.block:
            return refused(sw.WRONG_LENGTH, "not whole blocks")
        return Answer(data=self._family.encrypt(session_key, command.data))
