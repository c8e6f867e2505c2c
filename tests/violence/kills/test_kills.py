"""kill -9 of terminal, sync and gateway at random points: what was shown as done reaches the centre exactly once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.soak_record import record

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def killed(folder: Path, seed: int, kills: dict[str, int], seconds: float) -> dict[str, Any]:
    """Run it in a process of its own, which may fork; its last line is the reckoning."""
    path = os.pathsep.join(map(str, (ROOT, ROOT / "tests" / "simulation", HERE)))
    run = subprocess.run(
        [sys.executable, str(HERE / "run.py"), str(folder), str(seed), *map(str, kills.values())],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert run.stdout.startswith("{"), run.stderr[-4000:]
    told: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return told


def test_what_was_shown_is_at_the_centre_once_whichever_process_was_killed(tmp_path: Path) -> None:
    told = killed(tmp_path / "world", 1, {"terminal": 20, "sync": 10, "gateway": 5}, 300.0)
    assert told["failure"] == "", told
    assert told["kills"]["terminal"] >= 20
    assert told["shown"] > 30, "too little happened to be a proof"
    assert told["cases_shown"] > 5, "too few applications to be a proof"


@pytest.mark.soak
def test_eighteen_hundred_kills(tmp_path: Path, soak_seed: int) -> None:
    told = killed(tmp_path / "world", soak_seed, {"terminal": 1000, "sync": 500, "gateway": 300}, 7200.0)
    record({"name": "kill -9", **told})
    assert told["failure"] == "", told
    assert told["shown"] > 3000, "too little happened to be a proof"
    assert told["cases_shown"] > 500, "too few applications to be a proof"
