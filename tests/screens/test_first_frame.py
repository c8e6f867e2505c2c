"""The standby page is on the glass before the core is imported."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, sys
from ui import first_frame
from ui.panel import Hall, Panel

shown = first_frame.show(Panel(animate=False), Hall(), None, full_screen=False)
image = shown.window.grab()
rooms = {"kiosk", "drivers", "sync", "offline_store"}
modules = sorted(name for name in sys.modules if name.partition(".")[0] in rooms)
heavy = sorted({"pydantic", "fontTools", "requests", "cryptography", "construct"} & set(sys.modules))
shown.window.close()
print(json.dumps({"modules": modules, "heavy": heavy, "size": [image.width(), image.height()],
                  "colour": image.pixelColor(5, 5).name()}))
"""


def test_the_first_frame_needs_nothing_of_the_core_but_screens_and_texts():
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    environment.pop("QT_QUICK_BACKEND", None)
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    told = json.loads(ran.stdout)
    assert told["modules"] == ["kiosk", "kiosk.intents", "kiosk.screen", "kiosk.text", "kiosk.texts"]
    assert told["heavy"] == []
    assert told["size"] == [1080, 1920]
    assert told["colour"] == "#0b57a4"


def test_the_pictures_command_draws_and_inspects(tmp_path):
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "ui.pictures", "--output", tmp_path, "--only", "C15"]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout == f"4 pictures in {tmp_path}, 0 findings\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "C15-goodbye.en.elder.png",
        "C15-goodbye.en.standard.png",
        "C15-goodbye.zh.elder.png",
        "C15-goodbye.zh.standard.png",
    ]
