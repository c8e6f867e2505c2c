"""Where the long runs leave their figures: one JSON object a line in build/soak.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

SOAK = Path(__file__).resolve().parents[1] / "build" / "soak.json"


def record(row: Mapping[str, object]) -> None:
    """Append one run: its name, seed, counts and failures."""
    SOAK.parent.mkdir(exist_ok=True)
    with SOAK.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
