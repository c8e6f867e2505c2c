"""A status document as a station without cards gives it, and entries of its wire log."""

from typing import Any

import pytest

STATUS: dict[str, Any] = {
    "pid": 1,
    "state_dir": "/run/hall",
    "recording": None,
    "personas": [{"key": "worker", "category": "worker"}, {"key": "pensioner", "category": "pensioner"}],
    "card_reader": {
        "available": True,
        "card": "worker",
        "powered": False,
        "pin_tries_left": 6,
        "troubles": {},
        "pcscd": 7,
    },
    "id_reader": {"plugged": True, "card": None, "place": "away", "module": "90", "trouble": "ok", "slow_seconds": 0.0},
    "pin_pad": {
        "plugged": True,
        "powered": True,
        "keypad": "off",
        "entry": "typing",
        "typed": 2,
        "master_keys": [0],
        "tampered": False,
        "battery_low": False,
        "self_test": None,
        "trouble": "ok",
        "slow_seconds": 0.0,
    },
    "barcode_reader": {
        "plugged": True,
        "powered": True,
        "mode": "sense",
        "lamp": False,
        "trouble": "ok",
        "slow_seconds": 0.0,
    },
    "receipt_printer": {
        "plugged": True,
        "powered": True,
        "cover_open": True,
        "paper_low": True,
        "paper_out": True,
        "cutter_error": True,
        "jam": True,
        "switched_offline": False,
        "receipts_in_mouth": 2,
    },
    "a4_printer": {"powered": True, "silent": False, "state": "idle", "reasons": []},
}


@pytest.fixture
def status() -> dict[str, Any]:
    return STATUS


@pytest.fixture
def entries() -> list[dict[str, Any]]:
    def entry(number: int, device: str, direction: str, data: str, size: int, zh: str, en: str) -> dict[str, Any]:
        return {
            "number": number,
            "at": number / 8,
            "device": device,
            "direction": direction,
            "hex": data,
            "size": size,
            "zh": zh,
            "en": en,
        }

    return [
        entry(1, "id-reader", "to", "AA AA", 2, "寻卡", "find"),
        entry(2, "id-reader", "from", "AA 96", 1295, "成功", "done"),
        entry(3, "", "hand", "", 0, "pin-pad press 7", "pin-pad press 7"),
        entry(4, "pin-pad", "from", "2A", 1, "按下数字键", "a digit was pressed"),
    ]
