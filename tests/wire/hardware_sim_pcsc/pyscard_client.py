"""A PC/SC client of its own process: requests as JSON lines on stdin, answers as JSON lines on stdout.

libpcsclite reads PCSCLITE_CSOCK_NAME once per process, so each private service needs its own client process.
Uses pyscard's thin layer directly, none of our drivers.
"""

import json
import sys
from typing import Any

from smartcard import scard


def text(result: int) -> str:
    return f"{result & 0xFFFFFFFF:08X}"


class Client:
    def __init__(self) -> None:
        self.result, self.context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        self.handle: Any = None
        self.protocol = 0

    def do(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.result != scard.SCARD_S_SUCCESS:
            return {"result": text(self.result)}
        answer: dict[str, Any] = getattr(self, request.pop("do"))(**request)
        return answer

    def readers(self) -> dict[str, Any]:
        result, names = scard.SCardListReaders(self.context, [])
        return {"result": text(result), "readers": names}

    def state(self, reader: str) -> dict[str, Any]:
        """Flags as they are now and the number of insertions and removals so far."""
        result, states = scard.SCardGetStatusChange(self.context, 0, [(reader, scard.SCARD_STATE_UNAWARE)])
        if result != scard.SCARD_S_SUCCESS:
            return {"result": text(result)}
        _, flags, atr = states[0]
        return {"result": text(result), "flags": flags & 0xFFFF, "events": flags >> 16, "atr": bytes(atr).hex().upper()}

    def connect(self, reader: str) -> dict[str, Any]:
        result, handle, protocol = scard.SCardConnect(
            self.context, reader, scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_ANY
        )
        if result != scard.SCARD_S_SUCCESS:
            return {"result": text(result)}
        self.handle, self.protocol = handle, protocol
        result, _, _, _, atr = scard.SCardStatus(handle)
        return {"result": text(result), "protocol": protocol, "atr": bytes(atr).hex().upper()}

    def transmit(self, apdu: str) -> dict[str, Any]:
        pci = scard.SCARD_PCI_T0 if self.protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        result, answer = scard.SCardTransmit(self.handle, pci, list(bytes.fromhex(apdu)))
        return {"result": text(result), "answer": bytes(answer or []).hex().upper()}

    def disconnect(self) -> dict[str, Any]:
        return {"result": text(scard.SCardDisconnect(self.handle, scard.SCARD_UNPOWER_CARD))}


def main() -> None:
    client = Client()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(client.do(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
