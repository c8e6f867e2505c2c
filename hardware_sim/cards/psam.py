"""The PSAM: the card in the terminal that holds root, province or city keys and works with them for user cards.

Section 9 of the card sheet: SELECT, READ BINARY, INIT ENVIRONMENT, DELIVERY SESSION KEY, CIPHER DATA, the two commands
of a settlement, and GET RESPONSE.
"""

from typing import Final, Literal

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, exactly, refused
from hardware_sim.cards.crypto import FAMILIES, AlgorithmName, Family
from hardware_sim.cards.device import NoAnswerError
from hardware_sim.cards.notes import Notebook
from hardware_sim.cards.psam_cipher import SamCipher
from hardware_sim.cards.psam_keys import SamKey, demo_keys
from hardware_sim.cards.psam_purchase import SamMemory, SamPurchase
from hardware_sim.cards.t0 import T0
from hardware_sim.cards.tlv import ber

APPLICATION_AID: Final = bytes.fromhex("D15600000590")
MF_NAME: Final = bytes.fromhex("7378312E73682EC9E7BBE1B1A3D5CF")  # "sx1.sh.社会保障": the DES set
DDF1_NAME: Final = bytes.fromhex("7378322E73682EC9E7BBE1B1A3D5CF")  # "sx2.sh.社会保障": the 16-byte set
_ATR: Final = bytes.fromhex("3B6D0000") + bytes.fromhex("0081544C96") + b"PSAM" + bytes.fromhex("99010001")

_CARD_INFO: Final = 0x15
_TERMINAL_NUMBER: Final = 0x16
_COUNTER: Final = 0x19
# EF001A to EF001C: issuer, receiver, and the days the application is good from and to, 10 bytes each.
_APPLICATION_INFO: Final = (0x1A, 0x1B, 0x1C)
_APPLICATION_INFO_VALUE: Final = bytes.fromhex("9901 20240101 20991231")


class Psam:
    """One PSAM with one algorithm. `terminal_number` is 12 digits, the first 6 the city code.

    `bad_mac2` is its habit with a wrong MAC2, see SamPurchase. `memory` outlives power.
    """

    def __init__(
        self,
        algorithm: AlgorithmName = "SM4",
        *,
        keys: tuple[SamKey, ...] | None = None,
        terminal_number: str = "990100000001",
        bad_mac2: Literal["63Cx", "9302"] = "63Cx",
        memory: SamMemory | None = None,
    ) -> None:
        self.notes = Notebook()
        self.memory = memory or SamMemory()
        self._family: Family = FAMILIES[algorithm]
        self._environments = (MF_NAME,) if algorithm == "3DES" else (MF_NAME, DDF1_NAME)
        self._keys = demo_keys(algorithm) if keys is None else keys
        self._terminal_number = bytes.fromhex(terminal_number)
        self._cipher = SamCipher(self._family)
        self._purchase = SamPurchase(self._family, self.memory, self._terminal_number, bad_mac2)
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
        return self._t0.seconds(apdu)

    def _forget(self) -> None:
        self._t0.reset()
        self._enter(application=False)

    def _execute(self, command: Command) -> Answer:
        match command.cla, command.ins:
            case 0x00, 0xA4:
                return self._select(command)
            case 0x00, 0xB0:
                return self._read_binary(command)
            case 0xBF, 0xEC:
                return self._init_environment(command)
            # Older PSAMs know DELIVERY SESSION KEY by class 80.
            case ((0xBF | 0x80), 0xDE):
                return self._in_application_only() or self._cipher.deliver(self._keys, command)
            case 0x80, 0xFA:
                return self._cipher.cipher(command)
            case 0x80, 0x70:
                return self._in_application_only() or self._purchase.begin(self._keys, command)
            case 0x80, 0x72:
                return self._purchase.check(command)
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
        self._cipher.clear()
        self._purchase.clear()
        self._file: int | None = None

    def _select_file(self, file_id: bytes) -> Answer:
        if file_id[0] not in (0x00, 0xEF) or self._content(file_id[1]) is None:
            return refused(sw.FILE_NOT_FOUND, "no such file")
        self._file = file_id[1]
        return Answer()

    def _content(self, sfi: int) -> bytes | None:
        # Files of the MF are found from everywhere, those of DF01 only inside it.
        if sfi == _CARD_INFO:
            return bytes.fromhex("99" + "00000000000000000001" + "01" + f"{self._family.code:02X}" + "0000")
        if sfi == _TERMINAL_NUMBER:
            return self._terminal_number
        if not self._in_application:
            return None
        if sfi == _COUNTER:
            return self.memory.transactions.to_bytes(4, "big")
        return _APPLICATION_INFO_VALUE if sfi in _APPLICATION_INFO else None

    def _read_binary(self, command: Command) -> Answer:
        if command.p1 & 0x80:
            sfi, offset = command.p1 & 0x1F, command.p2
            content = self._content(sfi)
            if content is None:
                return refused(sw.FILE_NOT_FOUND, "no EF with this short id")
            self._file = sfi
        else:
            offset = command.p1 << 8 | command.p2
            content = None if self._file is None else self._content(self._file)
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
        self._cipher.clear()
        return Answer()

    def _in_application_only(self) -> Answer | None:
        if self._in_application:
            return None
        self._cipher.clear()
        return refused(sw.KEY_NOT_FOUND, "keys are in DF01: select it first")
