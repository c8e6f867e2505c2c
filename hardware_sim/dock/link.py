"""The dock's end of the control socket, as one QObject for QML: the newest status, and `say`."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PySide6.QtCore import Property, QObject, QTimer, QUrl, Signal, Slot
from PySide6.QtNetwork import QLocalSocket

from hardware_sim.dock import buttons, summary

_LOOK_EVERY_MS = 300
_TRY_AGAIN_MS = 1000


class DockLink(QObject):
    """Asks for the status again and again; connects again when the station comes back."""

    status_changed = Signal()
    connected_changed = Signal()
    personas_changed = Signal()
    answered = Signal()

    def __init__(self, control: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._control = control
        self._status: dict[str, Any] = {}
        self._personas: list[dict[str, str]] = []
        self._word, self._refused = "", False
        self._waiting: deque[str | None] = deque()
        self._unread = b""
        self._socket = QLocalSocket(self)
        self._socket.connected.connect(self._connected)
        self._socket.disconnected.connect(self._lost)
        self._socket.errorOccurred.connect(self._lost)
        self._socket.readyRead.connect(self._read)
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_EVERY_MS)
        self._look.timeout.connect(self._ask_status)
        self._again = QTimer(self)
        self._again.setInterval(_TRY_AGAIN_MS)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._connect)
        self._connect()

    @Slot(str)
    def say(self, text: str) -> None:
        """Tell the station one thing; the answer shows in `word`."""
        self._send({"do": text}, text)
        self._ask_status()

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
    startCommand = Property(str, _get_start_command, constant=True)  # noqa: N815 - QML's spelling

    # the socket

    def _connect(self) -> None:
        self._socket.connectToServer(str(self._control))

    def _connected(self) -> None:
        self._ask_status()
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

    def _ask_status(self) -> None:
        # one status under way is enough: the next would say the same
        if None not in self._waiting:
            self._send({"status": True}, None)

    def _send(self, request: dict[str, object], text: str | None) -> None:
        if self._socket.state() == QLocalSocket.LocalSocketState.ConnectedState:
            self._waiting.append(text)
            self._socket.write(json.dumps(request).encode() + b"\n")

    def _read(self) -> None:
        self._unread += bytes(self._socket.readAll().data())
        while b"\n" in self._unread:
            line, _, self._unread = self._unread.partition(b"\n")
            self._take(json.loads(line), self._waiting.popleft())

    def _take(self, answer: dict[str, Any], text: str | None) -> None:
        if text is not None:
            self._refused = not answer["ok"]
            self._word = answer["error"] if self._refused else f"✓ {text}"
            self.answered.emit()
        elif answer.pop("ok"):
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
