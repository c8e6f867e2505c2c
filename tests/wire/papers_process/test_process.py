"""The process and the pipe: starting, ending, bad lines, bad keys, and what the terminal sees of each."""

import os
import signal
import subprocess
import sys
import time

import pytest

from kiosk.certificates.client import PapersClient, PapersGoneError, PapersLateError, papers_command
from kiosk.certificates.pipe import MAX_REQUEST_BYTES, Answer, Paper, Request, read_line, to_line


def _run(command, given=b""):
    return subprocess.run(command, input=given, capture_output=True, check=False, timeout=120)


def test_the_process_ends_by_itself_when_its_input_closes(place):
    done = _run(place.command)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_lines_that_are_no_request_are_refused_and_the_next_one_is_served(place, certificate):
    lines = [
        b"hello\n",
        b"{}\n",
        b'{"id": 1, "make": {"name": "secret person"}}\n',
        b'{"id": 1, "unlock": true}\n',
        b"x" * (3 * MAX_REQUEST_BYTES) + b"\n",
        to_line(Request(id=9, make=certificate)),
        b'{"id": 10}',
    ]
    done = _run(place.command, b"".join(lines))
    answers = [read_line(Answer, line) for line in done.stdout.splitlines()]
    assert [answer.refused.reason for answer in answers[:5]] == ["bad-request"] * 5
    assert answers[5].id == 9
    assert isinstance(answers[5].paper, Paper)
    assert answers[6].ready
    assert done.stderr == b""
    assert b"secret" not in done.stdout


def test_nothing_of_the_person_is_on_standard_error(place, certificate):
    broken = to_line(Request(id=1, make=certificate)).replace(b'"months":185', b'"months":"many"')
    done = _run(place.command, broken + to_line(Request(id=2, make=certificate)))
    assert done.returncode == 0
    for secret in (certificate.name, certificate.id_number, "示例精密"):
        assert secret.encode() not in done.stderr


@pytest.mark.parametrize("fault", ["no key", "open key", "other key", "no trust", "bad trust", "no fonts"])
def test_a_process_that_cannot_work_says_why_and_what_to_do(place, tmp_path, fault):
    key, trust, fonts = place.key_file, place.trust_file, place.fonts
    spoiled = tmp_path / "spoiled"
    if fault == "no key":
        key = spoiled
    elif fault == "open key":
        key = spoiled
        key.write_bytes(place.key_file.read_bytes())
        key.chmod(0o644)
    elif fault == "other key":
        key = spoiled
        key.touch(mode=0o600)
        key.write_bytes(b"-----BEGIN NOTHING-----\n")
    elif fault == "no trust":
        trust = spoiled
    elif fault == "bad trust":
        trust = spoiled
        trust.write_text("{}")
    else:
        fonts = spoiled
    done = _run(papers_command(key, trust, fonts))
    assert done.returncode == 3
    said = done.stderr.decode()
    assert str(spoiled) in said
    assert any(word in said for word in ("enrol", "chmod", "run: ", "not a private key")), said
    assert len(said.splitlines()) == 1


def test_a_killed_process_is_reported_and_the_next_request_starts_another(place, certificate):
    client = PapersClient(place.command)
    try:
        client.warm(60)
        os.kill(client.pid, signal.SIGKILL)
        while client.running:
            time.sleep(0.01)
        assert isinstance(client.make(certificate, 60), Paper)
    finally:
        client.close()
    assert not client.running


def test_a_process_that_ends_in_the_middle_is_gone(certificate):
    client = PapersClient([sys.executable, "-c", "import sys; sys.stdin.readline()"])
    with pytest.raises(PapersGoneError):
        client.make(certificate, 30)
    assert not client.running


def test_a_process_that_does_not_exist_is_gone(certificate, tmp_path):
    with pytest.raises(PapersGoneError):
        PapersClient([str(tmp_path / "nothing")]).make(certificate, 5)


def test_a_process_that_speaks_out_of_turn_is_gone(certificate):
    client = PapersClient([sys.executable, "-c", "print('good morning', flush=True); import sys; sys.stdin.read()"])
    with pytest.raises(PapersGoneError):
        client.make(certificate, 30)


def test_an_answer_too_late_is_not_taken_for_the_next_ones(certificate):
    late = (
        "import sys, time\n"
        "for n, line in enumerate(sys.stdin):\n"
        "    time.sleep(0.6 if n == 0 else 0)\n"
        "    reason = 'too-long' if n == 0 else 'no-glyph'\n"
        '    print(\'{"id": %d, "refused": {"reason": "%s", "sentence": "x"}}\' % (n + 1, reason), flush=True)\n'
    )
    client = PapersClient([sys.executable, "-c", late])
    try:
        with pytest.raises(PapersLateError):
            client.make(certificate, 0.2)
        assert client.make(certificate, 30).reason == "no-glyph"
    finally:
        client.close()


def test_the_seal_key_is_not_in_the_terminals_process_arguments(place):
    assert place.key_file.read_text() not in " ".join(place.command)
