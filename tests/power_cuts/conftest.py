"""The recorder, compiled once, and a recorded day."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

Record = Callable[..., Path]


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """record(program, *arguments, folder) -> the log of what that program did to the folder."""
    library = tmp_path / "recorder.so"
    compiler = ["gcc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", str(library)]
    subprocess.run([*compiler, str(HERE / "recorder.c"), "-ldl"], check=True)

    def record(program: str, folder: Path, *arguments: str) -> Path:
        # a run's own: the recorder appends
        log, acknowledged = (tmp_path / f"{folder.name}.{what}" for what in ("log", "acknowledged"))
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        environment = {
            **os.environ,
            "PYTHONPATH": path,
            "PYTHONDONTWRITEBYTECODE": "1",
            "LD_PRELOAD": str(library),
            "RECORDED": str(folder),
            "RECORD_LOG": str(log),
            "RECORD_ACK": str(acknowledged),
        }
        command = [sys.executable, str(HERE / program), str(folder), str(acknowledged), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return log

    return record
