"""The card sheet's table of status words through a real pcscd, asked by pcsc-tools' scriptor, which knows none of us.

Prints the table: command, status word, and in how many ways it was provoked (`pytest -s` or -rP shows it).
"""

import json
import os
import subprocess
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hardware_sim.cards.memory import CardMemory
from hardware_sim.pcsc.bench import PcscBench
from hardware_sim.people import Persona, parse_persona, persona

USER = "Kiosk User 00 00"
PRESENT = 0x20
UNIT_TESTS = Path(__file__).parents[2] / "unit" / "hardware_sim" / "cards"
TABLE = tomllib.loads((UNIT_TESTS / "status_words.toml").read_text(encoding="utf-8"))
RANDOM_NUMBERS = "11223344556677881122334455667788"
OPTIONS = sorted({json.dumps(case.get("card", {})) for case in TABLE["case"]})


class Scriptor:
    """One scriptor process; -u lets it answer each line at once."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            ["scriptor", "-u", "-r", USER],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def reset(self) -> None:
        assert self._ask("reset", "\n").startswith("OK")

    def send(self, apdu: str) -> str:
        """Answer and status word as hex."""
        return "".join(self._ask(apdu, " : ").split(" : ")[0].split())

    def close(self) -> None:
        self._process.communicate()

    def _ask(self, line: str, end: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        told = ""
        while not told.startswith("< ") or end not in told:
            read = self._process.stdout.readline()
            assert read, "scriptor has ended"
            told = read if read.startswith("<") else told + read
        return told[2:]


def person_with(card: dict[str, Any]) -> Persona:
    document = persona("worker").model_dump(mode="json")
    document["card"] |= card
    return parse_persona(document, "a case")


@pytest.mark.parametrize("options", OPTIONS)
def test_scriptor_gets_every_status_word_of_the_sheet(bench: PcscBench, client: Any, options: str) -> None:
    bench.insert(person_with(json.loads(options)), random_numbers=RANDOM_NUMBERS)
    client.wait_for(PRESENT)
    scriptor = Scriptor(bench.environment)
    got: Counter[tuple[str, str]] = Counter()
    wrong = []
    for case in TABLE["case"]:
        if json.dumps(case.get("card", {})) != options:
            continue
        bench.renew(CardMemory.model_validate({"pin_tries_left": 6, **case.get("memory", {})}))
        scriptor.reset()
        answer = ""
        for step in case["steps"]:
            if step == "worn":
                bench.fail_writes(1)
            elif step == "locked":
                bench.lock_pin()
            else:
                answer = scriptor.send(TABLE["names"].get(step, step))
        if answer[-4:].startswith(case["word"].rstrip("x")):
            got[case["row"], case["word"]] += 1
        else:
            wrong.append((case, answer))
    scriptor.close()
    for row, word in got:
        print(f"{row:24} {word}  {got[row, word]}")
    assert not wrong


def test_the_cases_name_every_word_of_the_sheet() -> None:
    wanted = {(row, word) for row, words in TABLE["sheet"].items() for word in words.split()}
    assert {(case["row"], case["word"]) for case in TABLE["case"]} == wanted
