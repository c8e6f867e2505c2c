"""The event trace: what happened, in what order, without personal data, random octets and hashes."""

from __future__ import annotations

import dataclasses
import re
from collections import deque
from collections.abc import Mapping
from enum import Enum
from typing import Any

from kiosk.clock import Moment
from kiosk.effects import Effect, VerifyPin
from kiosk.events import Event, PinEntered

_HASH = re.compile(r"\b[0-9a-f]{64}\b")


def told(value: Any) -> str:
    """A value as its repr would tell it; octets as their count, hashes as a hash."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        if _has_own_repr(value):
            return _HASH.sub("<hash>", repr(value))
        shown = (f"{each.name}={told(getattr(value, each.name))}" for each in dataclasses.fields(value) if each.repr)
        return f"{type(value).__name__}({', '.join(shown)})"
    if isinstance(value, bytes | bytearray):
        return "<octets>"
    if isinstance(value, Mapping):
        # a signature's length changes with its random numbers, and with it a file's
        shown = {name: "<count>" if name in ("bytes", "sent") else told(each) for name, each in value.items()}
        return "{" + ", ".join(f"{name}: {each}" for name, each in shown.items()) + "}"
    if isinstance(value, tuple | list):
        return "(" + ", ".join(told(each) for each in value) + ")"
    if value is None or isinstance(value, str | int | float):
        return _HASH.sub("<hash>", repr(value))
    if isinstance(value, Exception):
        return f"{type(value).__name__}: {value}"
    return f"<{type(value).__name__}>"


def _has_own_repr(value: Any) -> bool:
    """Whether somebody wrote the class's repr by hand: the decorator's own is a wrapper."""
    return not hasattr(type(value).__repr__, "__wrapped__")


class Trace:
    """Keeps the last steps for a failure's report, or every step for a comparison."""

    def __init__(self, *, everything: bool) -> None:
        self._steps: deque[tuple[Moment, Event, tuple[Effect, ...]]] = deque(maxlen=None if everything else 80)
        self.steps = 0

    def __call__(self, moment: Moment, event: Event, effects: tuple[Effect, ...]) -> None:
        self.steps += 1
        if isinstance(event, PinEntered) or any(isinstance(effect.action, VerifyPin) for effect in effects):
            # a trace that kept them would keep the handle of a PIN alive
            self.note(moment, _line(event, effects))
        else:
            self._steps.append((moment, event, effects))

    def note(self, moment: Moment, what: str) -> None:
        """Something from outside the terminal: a hand, a fault."""
        self._steps.append((moment, what, ()))  # type: ignore[arg-type]

    def lines(self) -> list[str]:
        """Each step as a line: time, event, effects."""
        return [
            f"{moment.monotonic:.6f} {event if isinstance(event, str) else _line(event, effects)}"
            for moment, event, effects in self._steps
        ]


def _line(event: Event, effects: tuple[Effect, ...]) -> str:
    return told(event) + (f" -> {told(effects)}" if effects else "")
