"""The papers process: makes and signs certificates, the only holder of the seal key.

    python -m kiosk.certificates.papers --seal-key FILE --trust FILE --fonts DIR [--tpm TCTI]

Reads requests from standard input and answers on standard output (`kiosk.certificates.pipe`); ends when standard input
closes. Standard error gets sentences for the technician and, after a bug, where it happened, never what was worked on.
Exit 0 at the end of the input, 2 usage, 3 when key, trust or fonts cannot be used.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

from kiosk.certificates.facts import EnrolmentCertificate
from kiosk.certificates.pipe import MAX_REQUEST_BYTES, Answer, Paper, PipeError, Refused, Request, read_line, to_line
from kiosk.fonts import FontsMissingError, locate
from kiosk.memory import keep_private
from sync.protocol.certificate_code import Signer, signer_for
from sync.protocol.enrolment import Trust
from sync.protocol.messages import Malformed, parse

_MAX_KEY_BYTES = 4096


class PapersUnusableError(Exception):
    """The process cannot work; the message says what is wrong and what to do, for the technician."""


class Maker(Protocol):
    """What serves requests: `kiosk.certificates.press.Press`."""

    def make(self, certificate: EnrolmentCertificate) -> Paper | Refused:
        """One certificate."""

    def warm_up(self) -> None:
        """Load everything."""


def read_seal_key(path: Path) -> Signer:
    """The right to sign with the P-256 key in a private file (PEM or DER, mode 0600). Raises PapersUnusableError.

    The file's octets are overwritten once the key is loaded; the library keeps the key itself.
    """
    octets = bytearray(_MAX_KEY_BYTES)
    try:
        with path.open("rb", buffering=0) as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise PapersUnusableError(f"{path} may be read by others: run chmod 600 on it")
            length = file.readinto(octets) or 0
        material = memoryview(octets)[:length]
        load = load_pem_private_key if octets.startswith(b"-----") else load_der_private_key
        key = load(material, password=None)
    except OSError as error:
        raise PapersUnusableError(f"{path} cannot be read ({error.strerror}): enrol the terminal") from error
    except (ValueError, TypeError) as error:
        raise PapersUnusableError(f"{path} is not a private key without password") from error
    finally:
        octets[:] = bytes(len(octets))
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise PapersUnusableError(f"{path} is not a P-256 key: enrol the terminal again")
    return signer_for(key)


def seal_key_in_chip(path: Path, tcti: str) -> Signer:
    """The right to sign with the P-256 key that a TPM holds; `path`: as its file would be called, were it in one.

    Raises PapersUnusableError.
    """
    # a third of a second: only where there is a chip
    from offline_store.errors import StoreError
    from offline_store.keys_tpm import TpmKeys

    try:
        return TpmKeys(path.parent, tcti).p256(path.name).sign
    except StoreError as error:
        raise PapersUnusableError(f"{error}: {error.remedy}") from error


def read_trust(path: Path) -> Trust:
    """`trust/centre.json` as enrolment left it. Raises PapersUnusableError."""
    try:
        return parse(Trust, path.read_bytes())
    except OSError as error:
        raise PapersUnusableError(f"{path} cannot be read ({error.strerror}): enrol the terminal") from error
    except Malformed as error:
        raise PapersUnusableError(f"{path} is not a terminal's trust ({error.where}): enrol again") from error


def press_maker(read_key: Callable[[], Signer], trust: Trust, fonts_directory: Path) -> Callable[[], Maker]:
    """Makes the press when it is first wanted. Key and fonts are looked at now, so that a fault shows at start."""
    sign = read_key()
    fonts = locate(fonts_directory)

    def make_press() -> Maker:
        # half a second of imports: not before the first request
        from kiosk.certificates.press import Press, PressSettings
        from kiosk.certificates.sealing import Seal

        seal = Seal(sign, trust.seal_certificate, (trust.x509_intermediate, trust.x509_root))
        settings = PressSettings(seal, trust.compact_seal_certificate, trust.verify_url, trust.demo)
        return Press(settings, fonts)

    return make_press


def serve(requests: IO[bytes], answers: IO[bytes], make_press: Callable[[], Maker]) -> None:
    """Answer line by line until the input ends."""
    press: Maker | None = None
    while line := requests.readline(MAX_REQUEST_BYTES + 1):
        request = _request(line, requests)
        if request is None:
            answer = Answer(id=0, refused=Refused(reason="bad-request", sentence="the line is no request"))
        else:
            press = make_press() if press is None else press
            answer = _answer(request, press)
        answers.write(to_line(answer))
        answers.flush()


def _request(line: bytes, requests: IO[bytes]) -> Request | None:
    """The request in a line; None for another, after passing over the rest of one that is too long."""
    while not line.endswith(b"\n") and len(line) > MAX_REQUEST_BYTES:
        rest = requests.readline(MAX_REQUEST_BYTES)
        if not rest or rest.endswith(b"\n"):
            return None
    try:
        return read_line(Request, line)
    except PipeError:
        return None


def _answer(request: Request, press: Maker) -> Answer:
    if request.make is None:
        if request.warm:
            press.warm_up()
        return Answer(id=request.id, ready=True)
    made = press.make(request.make)
    if isinstance(made, Refused):
        return Answer(id=request.id, refused=made)
    return Answer(id=request.id, paper=made)


def main(arguments: list[str]) -> int:
    """Run the process; `arguments` without the program's name."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.certificates.papers")
    parser.add_argument("--seal-key", type=Path, required=True, help="P-256 private key, mode 0600")
    parser.add_argument("--tpm", default="", help="the key is in this chip (a TCTI of tpm2-tss)")
    parser.add_argument("--trust", type=Path, required=True, help="trust/centre.json")
    parser.add_argument("--fonts", type=Path, required=True, help="directory of the built fonts")
    chosen = parser.parse_args(arguments)
    sys.excepthook = _say_where
    # libraries that ask for the local zone get the hall's, also on a machine that was told none
    os.environ.setdefault("TZ", "Asia/Shanghai")
    keep_private()
    answers = _own_output()

    def read_key() -> Signer:
        return seal_key_in_chip(chosen.seal_key, chosen.tpm) if chosen.tpm else read_seal_key(chosen.seal_key)

    try:
        make_press = press_maker(read_key, read_trust(chosen.trust), chosen.fonts)
    except (PapersUnusableError, FontsMissingError) as error:
        sys.stderr.write(f"papers: {error}\n")
        return 3
    try:
        serve(sys.stdin.buffer, answers, make_press)
    except BrokenPipeError:
        sys.stderr.write("papers: the terminal is gone\n")
    return 0


def _own_output() -> IO[bytes]:
    """Standard output for answers alone: whatever a library prints goes to standard error instead."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _say_where(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Where a bug happened, without the error's own words, which could hold a person's data."""
    frames = traceback.extract_tb(trace)
    where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    sys.stderr.write(f"papers: {kind.__name__} at {where}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
