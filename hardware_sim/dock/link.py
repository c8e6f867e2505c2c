"""The dock's end of the control socket, as one QObject for QML: the newest status, the wires, and `say`."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Property, QObject, QTimer, QUrl, Signal, Slot
from PySide6.QtNetwork import QLocalSocket

from hardware_sim.dock import buttons, summary, wires

_LOOK_EVERY_MS = 300
_TRY_AGAIN_MS = 1000
_MOST_ROWS = 80


@dataclass(frozen=True)
class _Question:
    """What was asked, so that the answer is known when it comes: do, status or wires."""

    kind: str
    text: str = ""


class DockLink(QObject):
    """Asks for the status again and again; connects again when the station comes back."""

    status_changed = Signal()
    connected_changed = Signal()
    personas_changed = Signal()
    answered = Signal()
    wires_changed = Signal()

    def __init__(self, control: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._control = control
        self._status: dict[str, Any] = {}
        self._personas: list[dict[str, str]] = []
        self._word, self._refused = "", False
        self._wires, self._watched = wires.Wires(), wires.ALL
        self._waiting: deque[_Question] = deque()
        self._unread = b""
        self._socket = QLocalSocket(self)
        self._socket.connected.connect(self._connected)
        self._socket.disconnected.connect(self._lost)
        self._socket.errorOccurred.connect(self._lost)
        self._socket.readyRead.connect(self._read)
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_EVERY_MS)
        self._look.timeout.connect(self._ask)
        self._again = QTimer(self)
        self._again.setInterval(_TRY_AGAIN_MS)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._connect)
        self._connect()

    @Slot(str)
    def say(self, text: str) -> None:
        """Tell the station one thing; the answer shows in `word`."""
        self._send({"do": text}, _Question("do", text))
        self._ask()

    @Slot(str)
    def watch(self, device: str) -> None:
        """Show this wire alone, or all (empty)."""
        self._watched = device
        self.wires_changed.emit()

    def close(self) -> None:
        """Stop asking."""
        self._look.stop()
        self._again.stop()
        self._socket.blockSignals(True)
        self._socket.abort()

    # for QML

    def _get_connected(self) -> bool:
        return bool(self._status)

    def _get_status(self) -> dict[str, Any]:
        return self._status

    def _get_panels(self) -> list[dict[str, Any]]:
        return buttons.panels_for_qml()

    def _get_states(self) -> list[dict[str, Any]]:
        if not self._status:
            return []
        return [
            {"inside": self._status[key].get("card") or "", **asdict(sum_up(self._status[key]))}
            for key, sum_up in summary.DEVICES.items()
        ]

    def _get_personas(self) -> list[dict[str, str]]:
        return self._personas

    def _get_receipt(self) -> QUrl:
        newest = self._status.get("receipt_printer", {}).get("newest", [])
        pictures = [file for file in newest if file.endswith(".png")]
        return QUrl.fromLocalFile(pictures[0]) if pictures else QUrl()

    def _get_word(self) -> str:
        return self._word

    def _get_refused(self) -> bool:
        return self._refused

    def _get_wires(self) -> list[dict[str, str]]:
        return [asdict(row) for row in self._wires.rows(self._watched, _MOST_ROWS)]

    def _get_watched(self) -> str:
        return self._watched

    def _get_choices(self) -> list[dict[str, str]]:
        return [asdict(choice) for choice in wires.CHOICES]

    def _get_recording(self) -> bool:
        return bool(self._status.get("recording"))

    def _get_start_command(self) -> str:
        return f"hardware-sim up --state {self._control.parent}"

    connected = Property(bool, _get_connected, notify=connected_changed)
    panels = Property(list, _get_panels, constant=True)
    states = Property(list, _get_states, notify=status_changed)
    personas = Property(list, _get_personas, notify=personas_changed)
    status = Property(dict, _get_status, notify=status_changed)
    receipt = Property(QUrl, _get_receipt, notify=status_changed)
    word = Property(str, _get_word, notify=answered)
    refused = Property(bool, _get_refused, notify=answered)
    wires = Property(list, _get_wires, notify=wires_changed)
    watched = Property(str, _get_watched, notify=wires_changed)
    choices = Property(list, _get_choices, constant=True)
    recording = Property(bool, _get_recording, notify=status_changed)
    startCommand = Property(str, _get_start_command, constant=True)  # noqa: N815 - QML's spelling

    # the socket

    def _connect(self) -> None:
        self._socket.connectToServer(str(self._control))

    def _connected(self) -> None:
        self._wires.forget()
        self._ask()
        self._look.start()

    def _lost(self) -> None:
        self._look.stop()
        self._waiting.clear()
        self._unread = b""
        if self._status:
            self._status = {}
            self.connected_changed.emit()
            self.status_changed.emit()
        self._again.start()

    def _ask(self) -> None:
        # one question of a kind under way is enough: the next would say the same
        under_way = {question.kind for question in self._waiting}
        if "status" not in under_way:
            self._send({"status": True}, _Question("status"))
        if "wires" not in under_way:
            self._send({"wires": self._wires.last}, _Question("wires"))

    def _send(self, request: dict[str, object], question: _Question) -> None:
        if self._socket.state() == QLocalSocket.LocalSocketState.ConnectedState:
            self._waiting.append(question)
            self._socket.write(json.dumps(request).encode() + b"\n")

    def _read(self) -> None:
        self._unread += bytes(self._socket.readAll().data())
        while b"\n" in self._unread:
            line, _, self._unread = self._unread.partition(b"\n")
            self._take(json.loads(line), self._waiting.popleft())

    def _take(self, answer: dict[str, Any], question: _Question) -> None:
        if question.kind == "do":
            self._refused = not answer["ok"]
            self._word = answer["error"] if self._refused else f"✓ {buttons.without_digits(question.text)}"
            self.answered.emit()
        elif not answer.pop("ok"):
            return
        elif question.kind == "wires":
            if self._wires.add(answer["wires"]):
                self.wires_changed.emit()
        else:
            self._take_status(answer)

    def _take_status(self, answer: dict[str, Any]) -> None:
        first = not self._status
        personas = buttons.personas_for_qml(answer["personas"])
        if personas != self._personas:
            self._personas = personas
            self.personas_changed.emit()
        if answer != self._status:
            self._status = answer
            self.status_changed.emit()
        if first:
            self.connected_changed.emit()
