"""The terminal's end of the papers process: `PapersTalk` is the conversation, `PapersClient` the process around it."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from kiosk.certificates.facts import EnrolmentCertificate
from kiosk.certificates.pipe import MAX_ANSWER_BYTES, Answer, Paper, PipeError, Refused, Request, read_line, to_line

_CHUNK = 64 * 1024
_END_SECONDS = 5.0


class PapersGoneError(Exception):
    """The papers process is not there, ended, or speaks out of turn. The next request starts a new one."""


class PapersLateError(Exception):
    """No answer within the time given. Whether the certificate was made is not known; its number is used up."""


class PapersTalk:
    """Requests out, answers in; no input or output of its own. Answers to requests nobody waits for are dropped."""

    def __init__(self) -> None:
        self._next_id = 1
        self._waiting: set[int] = set()
        self._held = bytearray()

    def warm(self) -> tuple[int, bytes]:
        """(id, line) that asks to load everything."""
        return self._request(Request(id=self._take_id(), warm=True))

    def make(self, certificate: EnrolmentCertificate) -> tuple[int, bytes]:
        """(id, line) that asks for one certificate."""
        return self._request(Request(id=self._take_id(), make=certificate))

    def forget(self, request_id: int) -> None:
        """Nobody waits for this answer any more."""
        self._waiting.discard(request_id)

    def feed(self, data: bytes) -> list[Answer]:
        """The awaited answers that `data` completes. Raises PipeError for anything that is no answer."""
        self._held += data
        answers = []
        while (end := self._held.find(b"\n")) >= 0:
            answer = read_line(Answer, bytes(self._held[:end]))
            del self._held[: end + 1]
            if answer.id in self._waiting:
                self._waiting.discard(answer.id)
                answers.append(answer)
        if len(self._held) > MAX_ANSWER_BYTES:
            raise PipeError("an answer is too long")
        return answers

    def _take_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    def _request(self, request: Request) -> tuple[int, bytes]:
        self._waiting.add(request.id)
        return request.id, to_line(request)


def papers_command(seal_key: Path, trust: Path, fonts: Path, *, tpm: str = "") -> list[str]:
    """How to start the papers process with this interpreter. `tpm`: the chip (TCTI) that the seal key is in."""
    files = ["--seal-key", str(seal_key), "--trust", str(trust), "--fonts", str(fonts)]
    chip = ["--tpm", tpm] if tpm else []
    return [sys.executable, "-m", "kiosk.certificates.papers", *files, *chip]


class PapersClient:
    """Starts the process when it is first wanted, and again after it died. Used by one thread at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._talk = PapersTalk()

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process's id while one was started."""
        return None if self._process is None else self._process.pid

    def warm(self, deadline_seconds: float) -> None:
        """Start and load everything. Raises PapersGoneError, PapersLateError."""
        process = self._ready()
        self._exchange(process, *self._talk.warm(), deadline_seconds)

    def make(self, certificate: EnrolmentCertificate, deadline_seconds: float) -> Paper | Refused:
        """One certificate, or why it was refused. Raises PapersGoneError, PapersLateError; nothing is tried twice."""
        process = self._ready()
        answer = self._exchange(process, *self._talk.make(certificate), deadline_seconds)
        made = answer.paper or answer.refused
        if made is None:
            self._drop()
            raise PapersGoneError("the papers process gave another answer than was asked for")
        return made

    def close(self) -> None:
        """Close the pipe, which ends the process; after five seconds it is ended from outside."""
        self._drop()

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._drop()
        self._talk = PapersTalk()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - an argument list of our own
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, close_fds=True
            )
        except OSError as error:
            raise PapersGoneError(f"the papers process does not start ({error.strerror})") from error
        return self._process

    def _exchange(self, process: subprocess.Popen[bytes], request_id: int, line: bytes, seconds: float) -> Answer:
        deadline = time.monotonic() + seconds
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes
        try:
            process.stdin.write(line)
        except OSError as error:
            self._drop()
            raise PapersGoneError("the papers process ended") from error
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while (left := deadline - time.monotonic()) > 0:
                if not selector.select(left):
                    continue
                for answer in self._read(process.stdout.fileno()):
                    if answer.id == request_id:
                        return answer
        self._talk.forget(request_id)
        raise PapersLateError(f"no answer from the papers process in {seconds:g} s")

    def _read(self, descriptor: int) -> list[Answer]:
        data = os.read(descriptor, _CHUNK)
        if not data:
            self._drop()
            raise PapersGoneError("the papers process ended; its reason is on standard error")
        try:
            return self._talk.feed(data)
        except PipeError as error:
            self._drop()
            raise PapersGoneError("the papers process speaks out of turn") from error

    def _drop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
