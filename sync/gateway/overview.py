"""The record of what was received, as operators see it: personal data masked unless they ask for it."""

from __future__ import annotations

import json
from typing import Any, Final

from sync.gateway.store import RecordRow

_PERSONAL: Final = ("id_number", "card_number", "name", "facts", "content")


def record(row: RecordRow, *, reveal: bool) -> dict[str, Any]:
    """One received entry as plain values."""
    act = None if row.act is None else json.loads(row.act)
    shown = act if reveal or act is None else {key: _masked(key, value) for key, value in act.items()}
    return {
        "terminal": row.terminal, "epoch": row.epoch, "seq": row.seq, "kind": row.kind, "at": row.at,
        "submitted_at": row.submitted_at, "received_at": row.received_at, "state": row.state, "reason": row.reason,
        "case_number": row.case_number, "decision": row.decision, "act": shown,
    }  # fmt: skip


def _masked(key: str, value: Any) -> Any:
    if key not in _PERSONAL or value is None:
        return value
    if key == "id_number":
        return f"{value[:3]}***********{value[-4:]}"
    if key == "card_number":
        return f"*****{value[-4:]}"
    if key in ("facts", "content"):
        return f"{len(value)} lines"
    return masked_name(value)


def masked_name(name: str) -> str:
    """A name as on screens: 2 characters 张*, 3 张*三, more keep first and last; with · the first part stays."""
    first, dot, rest = name.partition("·")
    if dot:
        return f"{first}·{'*' * len(rest)}"
    if len(name) < 3:
        return name[:1] + "*" * (len(name) - 1)
    return name[0] + "*" * (len(name) - 2) + name[-1]
