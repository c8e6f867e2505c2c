"""From key files into the chip: whatever is cut off, the terminal has its keys, and the same command ends the work."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from kiosk.app.directory import DataDirectory
from kiosk.app.keys import key_provider, move_to_tpm, reseal
from kiosk.settings import Keys, SettingsError
from offline_store.errors import KeyChipOther, KeyChipUnavailable, KeyUnfit, MachineChanged, StoreBusy
from offline_store.journal.files import OpenMark
from offline_store.keys import KeyPlace
from offline_store.keys_tpm import TpmKeys
from sync.seal_key import load_seal_key, make_seal_key
from tests.simulated_chip import SimulatedChip

LENT = ("pseudonym", "store", "terminal")
SETTINGS = """# Settings of this terminal.
terminal = "T001"

[keys]
# keys lie in files
allow_file = true

[devices]
id_reader = "/dev/ttyS1"   # [not a table]
"""


class Terminal:
    """A data directory with keys in files, and what they are."""

    def __init__(self, root: Path) -> None:
        root.mkdir(mode=0o700)
        self.data = DataDirectory(root)
        self.data.settings_file.write_text(SETTINGS, "utf-8")
        files = self.data.key_files(self.data.load_settings(), quiet=True)
        self.material = {name: os.urandom(32) for name in LENT}
        for name, material in self.material.items():
            files.create(name, material)
        make_seal_key(files)
        self.seal = load_seal_key(files).public_key

    def usable(self) -> KeyPlace:
        """Asserts that all keys are the same as ever where the settings say; where that is."""
        keys = key_provider(self.data.load_settings(), self.data, quiet=True)
        for name, material in self.material.items():
            with keys.load(name, length=32) as buffer:
                assert buffer.material == material
        seal = load_seal_key(keys)
        assert seal.public_key == self.seal
        self.seal.verify(seal.sign_der(b"paper"), b"paper", ec.ECDSA(hashes.SHA256()))
        return keys.place

    def files(self) -> list[str]:
        return sorted(path.name for path in self.data.keys.iterdir())

    def secrets(self) -> list[bytes]:
        return list(self.material.values())


SEALED = ["pseudonym.tpm", "seal.tpm", "store.tpm", "terminal.tpm"]


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "data")


def move(data: DataDirectory, tcti: str, number: int, told: Path) -> int:
    """Move in a process of its own, which is killed before the step of that number; steps before it are told in a file.

    The signal that ended it, 0 for a good end.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with told.open("w", encoding="utf-8") as steps:
                left = iter(range(number, -1, -1))

                def step(word: str) -> None:
                    if next(left) == 0:
                        os.kill(os.getpid(), signal.SIGKILL)
                    steps.write(f"{word}\n")
                    steps.flush()

                move_to_tpm(data, Keys(tpm=tcti, tpm_pcrs=(7,)), step)
            code = 0
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WTERMSIG(status)


def test_all_keys_move_and_nothing_of_them_stays_on_the_disk(terminal: Terminal, chip: SimulatedChip) -> None:
    moved = move_to_tpm(terminal.data, Keys(tpm=chip.tcti, tpm_pcrs=(0, 7)))
    assert moved.keys == ("pseudonym", "seal", "store", "terminal")
    assert moved.destroyed == 4
    assert terminal.usable() is KeyPlace.TPM
    assert terminal.files() == SEALED
    content = b"".join(path.read_bytes() for path in terminal.data.root.rglob("*") if path.is_file())
    assert not [name for name, material in terminal.material.items() if material in content]
    assert chip.holds() == []


def test_the_settings_name_the_chip_and_keep_all_else(terminal: Terminal, chip: SimulatedChip) -> None:
    move_to_tpm(terminal.data, Keys(tpm=chip.tcti, tpm_pcrs=(7, 0)))
    settings = terminal.data.load_settings()
    assert settings.keys == Keys(tpm=chip.tcti, tpm_pcrs=(7, 0))
    assert settings.devices.id_reader == "/dev/ttyS1"
    text = terminal.data.settings_file.read_text("utf-8")
    assert "# [not a table]" in text
    assert "allow_file" not in text
    assert "files" not in text


def test_settings_that_say_it_otherwise_are_left_to_a_person_and_the_files_stay(
    terminal: Terminal, chip: SimulatedChip
) -> None:
    terminal.data.settings_file.write_text('terminal = "T001"\nkeys.allow_file = true\n', "utf-8")
    with pytest.raises(SettingsError, match="another way") as refused:
        move_to_tpm(terminal.data, Keys(tpm=chip.tcti))
    assert "by hand" in refused.value.remedy
    assert terminal.usable() is KeyPlace.FILES
    assert terminal.files() == ["pseudonym", "seal", "store", "terminal"]


def test_settings_that_a_person_switched_too_early_cost_no_key(terminal: Terminal, chip: SimulatedChip) -> None:
    terminal.data.settings_file.write_text(f'terminal = "T001"\n[keys]\ntpm = "{chip.tcti}"\n', "utf-8")
    assert move_to_tpm(terminal.data, Keys(tpm=chip.tcti)).destroyed == 4
    assert terminal.usable() is KeyPlace.TPM


def test_a_file_that_was_left_behind_takes_no_place_of_a_key_that_was_renewed_in_the_chip(
    terminal: Terminal, chip: SimulatedChip
) -> None:
    old = terminal.material["terminal"]
    move_to_tpm(terminal.data, Keys(tpm=chip.tcti))
    keys = TpmKeys(terminal.data.keys, chip.tcti)
    terminal.material["terminal"] = os.urandom(32)
    keys.create("terminal-next", terminal.material["terminal"])
    keys.replace("terminal", "terminal-next")
    left = terminal.data.keys / "terminal"
    left.touch(0o600)
    left.write_bytes(old)
    assert move_to_tpm(terminal.data, Keys(tpm=chip.tcti)).destroyed == 1
    assert terminal.usable() is KeyPlace.TPM


def test_a_kill_at_every_step_leaves_usable_keys_and_the_next_try_ends_the_move(
    chip: SimulatedChip, tmp_path: Path
) -> None:
    whole = Terminal(tmp_path / "whole")
    told = tmp_path / "steps"
    assert move(whole.data, chip.tcti, 1000, told) == 0
    steps = told.read_text("utf-8").splitlines()
    # four keys, each destroyed if half made, put in and tried; the settings; four files
    assert len(steps) == 4 * 3 + 1 + 4
    places = []
    for number in range(len(steps)):
        terminal = Terminal(tmp_path / f"killed-{number}")
        assert move(terminal.data, chip.tcti, number, told) == signal.SIGKILL
        assert told.read_text("utf-8").splitlines() == steps[:number]
        places.append(terminal.usable())
        warning = key_provider(terminal.data.load_settings(), terminal.data, quiet=True).warning
        assert warning is not None
        assert warning.code == ("keys-in-files" if places[-1] is KeyPlace.FILES else "keys-left-in-files")
        move_to_tpm(terminal.data, Keys(tpm=chip.tcti, tpm_pcrs=(7,)))
        assert terminal.usable() is KeyPlace.TPM
        assert terminal.files() == SEALED
    assert places == [KeyPlace.FILES] * 13 + [KeyPlace.TPM] * 4


def test_what_a_cut_left_half_made_is_destroyed_too(terminal: Terminal, chip: SimulatedChip) -> None:
    (terminal.data.keys / ".store.4711.new").write_bytes(terminal.material["store"])
    assert move_to_tpm(terminal.data, Keys(tpm=chip.tcti)).destroyed == 5
    assert terminal.files() == SEALED


def test_a_sealed_key_of_an_earlier_life_is_not_taken_for_the_present_one(
    terminal: Terminal, chip: SimulatedChip
) -> None:
    stale = TpmKeys(terminal.data.keys, chip.tcti)
    stale.create("store", bytes(32))
    stale.make_p256("seal")
    stale.create("terminal", terminal.material["terminal"])
    move_to_tpm(terminal.data, Keys(tpm=chip.tcti, tpm_pcrs=(7,)))
    assert terminal.usable() is KeyPlace.TPM
    assert {stale.bound_to(name) for name in stale.names()} == {(7,)}


def test_a_chip_that_does_not_answer_changes_nothing(terminal: Terminal, chip: SimulatedChip) -> None:
    chip.power_off()
    with pytest.raises(KeyChipUnavailable):
        move_to_tpm(terminal.data, Keys(tpm=chip.tcti))
    assert terminal.usable() is KeyPlace.FILES


def test_an_unfit_seal_key_stops_the_move_and_the_files_stay(terminal: Terminal, chip: SimulatedChip) -> None:
    (terminal.data.keys / "seal").write_bytes(b"no key")
    with pytest.raises(KeyUnfit):
        move_to_tpm(terminal.data, Keys(tpm=chip.tcti))
    assert terminal.data.load_settings().keys == Keys(allow_file=True)
    assert (terminal.data.keys / "store").exists()


def test_no_key_moves_under_a_running_terminal(terminal: Terminal, chip: SimulatedChip) -> None:
    mark = OpenMark.take(terminal.data.root)
    try:
        with pytest.raises(StoreBusy):
            move_to_tpm(terminal.data, Keys(tpm=chip.tcti))
    finally:
        mark.release()
    assert terminal.usable() is KeyPlace.FILES


def test_keys_in_one_chip_do_not_move_to_another(terminal: Terminal, chips: Callable[[], SimulatedChip]) -> None:
    first, second = chips(), chips()
    move_to_tpm(terminal.data, Keys(tpm=first.tcti))
    with pytest.raises(SettingsError, match="already"):
        move_to_tpm(terminal.data, Keys(tpm=second.tcti))
    assert terminal.usable() is KeyPlace.TPM


def test_a_planned_change_is_lived_through_by_resealing(terminal: Terminal, chip: SimulatedChip) -> None:
    move_to_tpm(terminal.data, Keys(tpm=chip.tcti, tpm_pcrs=(7,)))
    assert reseal(terminal.data, ()) == ("pseudonym", "seal", "store", "terminal")
    chip.extend(7)
    assert terminal.usable() is KeyPlace.TPM
    reseal(terminal.data, (7,))
    assert terminal.usable() is KeyPlace.TPM
    assert terminal.data.load_settings().keys.tpm_pcrs == (7,)
    chip.extend(7)
    with pytest.raises(MachineChanged):
        terminal.usable()
    with pytest.raises(MachineChanged):
        reseal(terminal.data, ())


def test_keys_in_files_are_not_resealed(terminal: Terminal) -> None:
    with pytest.raises(SettingsError, match="not in a TPM") as refused:
        reseal(terminal.data, ())
    assert "move-to-tpm" in refused.value.remedy


# --- what a technician types ---


def kiosk(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk.cli", *words], capture_output=True, text=True, check=False, timeout=120
    )


def test_the_commands_move_reseal_and_tell_where_the_keys_lie(terminal: Terminal, chip: SimulatedChip) -> None:
    where = ("--data", str(terminal.data.root))
    (terminal.data.root / "trust").mkdir()
    (terminal.data.root / "trust" / "centre.json").write_text("{}", "utf-8")

    def diagnosed() -> dict[str, object]:
        (part,) = json.loads(kiosk("diagnose", "--device", "keys", "--json", *where).stdout)["parts"]
        return part

    before = diagnosed()
    assert (before["health"], before["warnings"][:1]) == ("well", ["keys_in_files"])
    assert "move-to-tpm" in before["next"]["en"]
    assert before["status"]["place"] == "files"
    moved = kiosk("keys", "move-to-tpm", *where, "--tpm", chip.tcti, "--pcrs", "0,7", "--json")
    assert moved.returncode == 0, moved.stderr
    assert json.loads(moved.stdout)["files_destroyed"] == 4
    assert "keys-in-simulated" not in moved.stderr
    after = diagnosed()
    assert after["status"]["place"] == "tpm"
    assert after["status"]["registers"] == "0,7"
    assert after["status"]["keys"] == "pseudonym seal store terminal"
    assert after["warnings"][:1] == ["keys_in_simulated_chip"]
    assert json.loads(kiosk("keys", "reseal", *where, "--json").stdout)["registers"] == []
    assert diagnosed()["status"]["registers"] == "-"
    assert terminal.usable() is KeyPlace.TPM
    chip.power_off()
    ill = diagnosed()
    assert (ill["health"], ill["causes"]) == ("ill", ["key_chip_unavailable"])
    assert "not lost" in ill["next"]["en"]


def test_a_chip_of_another_machine_is_named_by_the_diagnosis(
    terminal: Terminal, chips: Callable[[], SimulatedChip]
) -> None:
    first, second = chips(), chips()
    move_to_tpm(terminal.data, Keys(tpm=first.tcti))
    text = terminal.data.settings_file.read_text("utf-8")
    terminal.data.settings_file.write_text(text.replace(first.tcti, second.tcti), "utf-8")
    with pytest.raises(KeyChipOther):
        terminal.usable()
    refused = kiosk("keys", "reseal", "--data", str(terminal.data.root), "--json")
    assert refused.returncode == 3
    assert json.loads(refused.stdout)["error"]["code"] == "KeyChipOther"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--tpm", "cmd:sh"), "tpm"),
        (("--tpm", "device:/dev/tpmrm0", "--pcrs", "24"), "tpm_pcrs.0"),
        (("--tpm", "device:/dev/tpmrm0", "--pcrs", "seven"), "seven"),
        (("--tpm", "device:/dev/tpmrm0", "--pcrs", "7,7"), "twice"),
    ],
)
def test_an_address_or_a_register_that_cannot_be_is_wrong_usage(
    terminal: Terminal, words: tuple[str, ...], said: str
) -> None:
    refused = kiosk("keys", "move-to-tpm", "--data", str(terminal.data.root), *words)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert terminal.usable() is KeyPlace.FILES
