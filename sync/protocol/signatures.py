"""Signed requests: HTTP Message Signatures (RFC 9421) and Content-Digest (RFC 9530).

The algorithm is the one of the signer's suite, and the request names it: `ed25519`, or `sm2-sm3`, which the registry of
RFC 9421 does not have. It is verified by the suite of the key that the centre knows: a request that names another is
refused, and none can choose. Content-Digest is SHA-256 in both suites: the registry of RFC 9530 has no SM3, and a proxy
that checks the field must know it. What counts in a body is bound by SM3 again in suite `sm`: entries by their chain.

Covered are @method, @path, @query and content-digest; @target-uri is not, because a proxy in front of the gateway
changes scheme and host. Path and query have to be all of the target: one with a fragment or with a host is refused, for
it could be read in another way than it was signed. Parameters: created, nonce, keyid, alg, and a
tag that keeps these signatures apart from any other use of the key. The keyid is the terminal's number, a colon and
the SHA-256 fingerprint of its public key.

`verify` says whose request it is. That a nonce is used once is for the gateway to remember: for the length of the
window, after which the created time refuses it.
"""
# ruff: noqa: N818 - an exception is named by the condition, as everywhere in this project

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, Literal

from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    HTTPSignatureKeyResolver,
    InvalidSignature,
)

from sync.protocol.encoding import to_base64url
from sync.protocol.exchange import Request
from sync.protocol.suites import Signer, Suite, SuiteName, UnfitKey, suite, suite_of_public_key

TAG = "terminal-sync"
LABEL = "terminal"
COVERED = ("@method", "@path", "@query", "content-digest")
WINDOW_SECONDS = 300
NONCE_BYTES = 16

TERMINAL_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{1,31}")
"""What a terminal's number may look like: capitals, digits and dashes, 2 to 32 of them."""

_KEYID = re.compile(r"(?P<terminal>[A-Z0-9][A-Z0-9-]{1,31}):(?P<fingerprint>[0-9a-f]{64})")
_NONCE = re.compile(r"[A-Za-z0-9_-]{22}")

Reason = Literal[
    "missing", "malformed", "not-covered", "digest-differs", "too-old", "from-the-future", "unknown-key", "not-genuine"
]


class SignatureRefused(Exception):
    """A request whose signature says nothing. `reason` is one short word of Reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Signed:
    """What a genuine signature says: who asked, and which nonce is used up by it. Times are Unix seconds."""

    terminal: str
    fingerprint: str
    nonce: str
    created: int


KeyLookup = Callable[[str, str], bytes | None]
"""(terminal, fingerprint) to the public key's octets, or None if the centre does not know it."""


def fingerprint(public_key: bytes) -> str:
    """SHA-256 of the key's octets in either suite, in hexadecimal: a name, not a proof."""
    return hashlib.sha256(public_key).hexdigest()


def content_digest(body: bytes) -> str:
    """The Content-Digest field for `body` as it goes over the wire (RFC 9530 section 2)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode('ascii')}:"


@dataclass
class _Message:
    """A request in the shape the library wants; the host is not covered and only fills the form."""

    method: str
    url: str
    headers: dict[str, str]


def _message(request: Request, headers: dict[str, str]) -> _Message:
    return _Message(request.method, "http://gateway.invalid" + request.path, headers)


class _OneKey(HTTPSignatureKeyResolver):
    """Hands the verifier the key that was looked up."""

    def __init__(self, key: bytes) -> None:
        self.key = key

    def resolve_public_key(self, key_id: str) -> Any:
        return self.key

    def resolve_private_key(self, key_id: str) -> Any:
        raise SignatureRefused("unknown-key")


class _Algorithm(HTTPSignatureAlgorithm):
    """A suite's signatures in the shape the library wants. Keys sign outside of it."""

    suite: ClassVar[Suite]

    def __init__(self, public_key: bytes) -> None:
        self.public_key = public_key

    def verify(self, signature: bytes, message: bytes) -> None:
        if not self.suite.verify(self.public_key, signature, message):
            raise InvalidSignature("not this key's")


class _Ed25519(_Algorithm):
    suite = suite("intl")
    algorithm_id = suite.signature_algorithm


class _Sm2Sm3(_Algorithm):
    suite = suite("sm")
    algorithm_id = suite.signature_algorithm


_ALGORITHMS: Final[dict[SuiteName, type[_Algorithm]]] = {"intl": _Ed25519, "sm": _Sm2Sm3}


class _Verifier(HTTPMessageVerifier):
    """The library's verifier without its own look at the clock: time is a parameter of `verify`."""

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        if "created" not in sig_input.params or "expires" in sig_input.params:
            raise SignatureRefused("malformed")


def sign(request: Request, signer: Signer, *, terminal: str, now: int, nonce: bytes) -> Request:
    """The request with Content-Digest, Signature-Input and Signature; `now` in Unix seconds, 16 random octets."""
    if len(nonce) != NONCE_BYTES or not TERMINAL_NUMBER.fullmatch(terminal):
        raise ValueError("a nonce has 16 octets, a terminal number 2 to 32 capitals, digits and dashes")
    message = _message(request, {**request.headers, "content-digest": content_digest(request.body)})
    algorithm = _ALGORITHMS[suite_of_public_key(signer.public_key).name]
    library = HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=None)
    prepared = library.prepare(
        message,
        key_id=f"{terminal}:{fingerprint(signer.public_key)}",
        created=datetime.fromtimestamp(now, UTC),
        nonce=to_base64url(nonce),
        label=LABEL,
        tag=TAG,
        covered_component_ids=COVERED,
    )
    library.apply(message, prepared, signer.sign(prepared.signature_base))
    headers = {name.lower(): value for name, value in message.headers.items()}
    return Request(request.method, request.path, headers, request.body)


def verify(request: Request, key_of: KeyLookup, now: int) -> Signed:
    """Who signed this request; SignatureRefused with the reason if nobody we know did, now, over all of it."""
    headers = dict(request.headers)
    if not request.in_origin_form:
        raise SignatureRefused("malformed")
    if "signature" not in headers or "signature-input" not in headers:
        raise SignatureRefused("missing")
    if headers.get("content-digest") != content_digest(request.body):
        raise SignatureRefused("digest-differs")
    claimed = _claimed_keyid(headers)
    key = key_of(claimed["terminal"], claimed["fingerprint"])
    if key is None or fingerprint(key) != claimed["fingerprint"]:
        raise SignatureRefused("unknown-key")
    try:
        algorithm = _ALGORITHMS[suite_of_public_key(key).name]
    except UnfitKey:  # a stranger's own, who asks to be enrolled with it
        raise SignatureRefused("unknown-key") from None
    library = _Verifier(signature_algorithm=algorithm, key_resolver=_OneKey(key))
    try:
        results = library.verify(_message(request, headers), max_age=None, expect_tag=TAG)
    except HTTPMessageSignaturesException as error:
        raise SignatureRefused("not-genuine") from error
    if len(results) != 1:
        raise SignatureRefused("malformed")
    result = results[0]
    parameters = result.parameters
    if not all(f'"{name}"' in result.covered_components for name in COVERED):
        raise SignatureRefused("not-covered")
    if parameters.get("alg") != algorithm.algorithm_id:
        raise SignatureRefused("malformed")
    if parameters.get("keyid") != f"{claimed['terminal']}:{claimed['fingerprint']}":
        raise SignatureRefused("malformed")
    nonce, created = parameters.get("nonce"), parameters["created"]
    if not isinstance(nonce, str) or not _NONCE.fullmatch(nonce) or not isinstance(created, int):
        raise SignatureRefused("malformed")
    if created < now - WINDOW_SECONDS:
        raise SignatureRefused("too-old")
    if created > now + WINDOW_SECONDS:
        raise SignatureRefused("from-the-future")
    return Signed(claimed["terminal"], claimed["fingerprint"], nonce, created)


def _claimed_keyid(headers: dict[str, str]) -> re.Match[str]:
    """The keyid the request claims, before anything is proved: only for looking up the key."""
    found = re.search(r';keyid="([^"]*)"', headers["signature-input"])
    claimed = _KEYID.fullmatch(found.group(1)) if found else None
    if claimed is None:
        raise SignatureRefused("malformed")
    return claimed
