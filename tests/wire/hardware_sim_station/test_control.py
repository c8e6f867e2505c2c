"""The control socket itself: lines of JSON, and every phrase said once."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from hardware_sim.station.phrases import PHRASES

EXAMPLES = {
    "<persona>": "worker",
    "<n>": "7",
    "<count>": "1",
    "<bytes>": "700",
    "<pages>": "1",
    "<sheets>": "5",
    "<mm>": "100",
    "<seconds>": "0",
    "<status>": "32",
    "<step>": "select",
    "<version>": "3.00",
    "<algorithm>": "SM4",
    "<word>": "6a82",
    "<key>": "enter",
    "<digits>": "1234",
    "<fault>": "F2",
    "<text>": "(01)06901234567892",
    "<hex>": "c4e3",
    "<make>": "newland",
    "<terminator>": "cr",
    "<mode>": "sense",
    "<device>": "pin-pad",
}


def lines(folder: Path, *requests: bytes) -> list[dict[str, Any]]:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(str(folder / "control.sock"))
        answers = connection.makefile("rb")
        told = []
        for request in requests:
            connection.sendall(request)
            told.append(json.loads(answers.readline()))
        return told


def test_many_requests_may_go_over_one_connection(station: Any) -> None:
    told = lines(
        station.folder,
        b'{"do": "place id worker"}\n',
        b'{"status": true}\n',
        b'{"do": "remove id"}\n',
        b'{"env": true}\n',
    )
    assert [answer["ok"] for answer in told] == [True] * 4
    assert told[1]["id_reader"]["card"] == "worker"
    assert set(told[3]["env"]) == {
        "PCSCLITE_CSOCK_NAME",
        "HARDWARE_SIM_ID_READER",
        "HARDWARE_SIM_RECEIPT_PRINTER",
        "HARDWARE_SIM_PIN_PAD",
        "HARDWARE_SIM_BARCODE_READER",
        "HARDWARE_SIM_A4_PRINTER",
    }


@pytest.mark.parametrize(
    "request_",
    [
        b"\n",
        b"do\n",
        b"[]\n",
        b"{}\n",
        b'{"do": 1}\n',
        b'{"dance": true}\n',
        b'{"do": "x", "status": true}\n',
        b"\xff\n",
    ],
)
def test_what_is_no_request_is_refused_and_the_connection_goes_on(station: Any, request_: bytes) -> None:
    refused, served = lines(station.folder, request_, b'{"env": true}\n')
    assert (refused["ok"], refused["usage"]) == (False, True)
    assert served["ok"] is True


def test_a_line_without_end_is_hung_up_on(station: Any) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(str(station.folder / "control.sock"))
        try:
            connection.sendall(b"x" * 200_000)
            said = connection.recv(10)
        except ConnectionError:
            said = b""
        assert said == b""


def test_every_phrase_of_the_table_is_done_or_refused_with_a_sentence(station: Any) -> None:
    for phrase in PHRASES:
        text = " ".join(EXAMPLES.get(word, word) for word in phrase.pattern.split())
        (told,) = lines(station.folder, json.dumps({"do": text}).encode() + b"\n")
        assert told["ok"] or (not told["usage"] and told["error"].endswith(".")), (text, told)
    (shown,) = lines(station.folder, b'{"status": true}\n')
    assert shown["ok"] is True


def test_only_its_owner_may_speak_to_a_station(station: Any) -> None:
    assert (station.folder / "control.sock").stat().st_mode & 0o777 == 0o600
