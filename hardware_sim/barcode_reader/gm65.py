"""GM65 and its kin: binary frames that read and write zones of settings, with a CRC or `AB CD` for "do not check"."""

from __future__ import annotations

from hardware_sim.barcode_reader.make import Light, Lighting, LineRate, Remark, Say, Trigger, Wish

HEAD = b"\x7e\x00"
UNCHECKED = b"\xab\xcd"
DONE = bytes.fromhex("02000001003331")
FRAMES: dict[bytes, tuple[Wish, ...]] = {
    bytes.fromhex("0801000201"): (Trigger(on=True),),
    bytes.fromhex("0801000200"): (Trigger(on=False),),
    bytes.fromhex("080100D9D3"): (LineRate(9600),),
    bytes.fromhex("0701002A02"): (),
}
"""Type, length, address and data of what this reader obeys: trigger, stop, 9600 baud, save."""

READ_LIGHT = bytes.fromhex("0701000001")
WRITE_LIGHT = bytes.fromhex("08010000")
"""Zone 0000, which the sheet leaves out and the makers' manuals have: bits 3 and 2 say when the lamp is lit."""
_FACTORY_LIGHT = 0xD6
_LIGHTS = {0x00: Light.NEVER, 0x04: Light.WHILE_SCANNING, 0x08: Light.ALWAYS, 0x0C: Light.ALWAYS}


def crc(data: bytes) -> int:
    """CRC-16 CCITT, polynomial 1021, start 0."""
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def frame(body: bytes) -> bytes:
    """A whole frame around type, length, address and data."""
    return HEAD + body + crc(body).to_bytes(2, "big")


def answer(data: bytes) -> bytes:
    """A good answer: type 00, length, data, CRC over these."""
    body = bytes((0x00, len(data))) + data
    return b"\x02\x00" + body + crc(body).to_bytes(2, "big")


class Gm65:
    """A frame with a wrong CRC gets no answer, and so does one for a zone this reader does not have."""

    name = "gm65"

    def __init__(self) -> None:
        self._held = b""
        self._light = _FACTORY_LIGHT

    def forget(self) -> None:
        # zones that were not saved are lost with the power
        self._held, self._light = b"", _FACTORY_LIGHT

    def hear(self, data: bytes, now: float) -> list[Wish]:
        self._held += data
        wishes: list[Wish] = []
        while self._held and (size := self._piece(wishes)):
            self._held = self._held[size:]
        return wishes

    def _piece(self, wishes: list[Wish]) -> int:
        held = self._held
        if not held.startswith(HEAD):
            if HEAD.startswith(held):
                return 0
            wishes.append(Remark(f"not understood: {held[:1].hex().upper()}"))
            return 1
        # type, length, two bytes of address, data, two bytes of check
        if len(held) < 4 or len(held) < 8 + held[3]:
            return 0
        end = 6 + held[3]
        body, check = held[2:end], held[end : end + 2]
        if check != UNCHECKED and int.from_bytes(check, "big") != crc(body):
            wishes.append(Remark("wrong CRC"))
        elif body in FRAMES:
            wishes += [Say(DONE), *FRAMES[body]]
        elif body == READ_LIGHT:
            wishes.append(Say(answer(bytes((self._light,)))))
        elif body.startswith(WRITE_LIGHT) and len(body) == len(WRITE_LIGHT) + 1:
            self._light = body[-1]
            wishes += [Say(DONE), Lighting(_LIGHTS[self._light & 0x0C])]
        else:
            wishes.append(Remark(f"no zone for type {body[0]:02X} address {body[2:4].hex().upper()}"))
        return end + 2
