"""A card is cold when its session is over: whoever asks it next has to prove everything anew."""

from __future__ import annotations

import re
import subprocess
import time

USER = "Kiosk User 00 00"
SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
HOLDER = "00B201345B"  # EF06 of SSSE: asks for the environment's read key
INSURANCE = ("00A4000002DF03", "00B2062C00")  # EF05 of DF03: asks for the PIN
PIN = "0020000003123456"


def asked(hall, *commands):
    """Statuses that an outside PC/SC client gets, as soon as the terminal lets it have the card."""
    script = "".join(f"{' '.join(re.findall('..', command))}\n" for command in commands)
    until = time.monotonic() + 10
    while True:
        done = subprocess.run(
            ["scriptor", "-r", USER],
            input=script,
            env={**hall.environment, "LC_ALL": "C"},
            capture_output=True,
            text=True,
        )
        # The terminal holds the card for itself alone; the page is there a moment before the card is released.
        if done.returncode == 0 or "Sharing violation" not in done.stderr or time.monotonic() > until:
            break
        time.sleep(0.05)
    assert done.returncode == 0, done.stderr
    return [found.replace(" ", "")[-4:] for found in re.findall(r"< ((?:[0-9A-F]{2}\s+)+):", done.stdout)]


def test_after_a_session_with_pin_protected_files_are_closed_to_the_next_client(hall):
    hall.to_record()
    hall.press("finish")
    hall.kiosk.until("C13")
    select, holder, application, insurance = asked(hall, SSSE, HOLDER, *INSURANCE)
    assert (select[:2], application[:2]) == ("61", "61")
    assert holder == "6982"
    assert insurance == "6982"
    # the same question with the PIN is answered: it was not the question that was wrong
    *_, verified, insurance = asked(hall, SSSE, INSURANCE[0], PIN, INSURANCE[1])
    assert verified == "9000"
    assert insurance not in ("6982", "6A83")
    # and what that client proved died with its connection too
    hall.leave()


def test_a_card_that_was_read_and_no_more_is_cold_as_well(hall):
    hall.to_pin()
    hall.press("exit")
    hall.kiosk.until("C13")
    assert asked(hall, SSSE, HOLDER)[-1] == "6982"
    hall.leave()
