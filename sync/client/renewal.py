"""The jobs about terminals' certificates: a new key in time, and the list of those that were taken back.

The new key is on disk before anybody is asked, and the answer is checked before anything is switched. Until the centre
has heard the new key, both count there: a lost answer is asked for again with the same key and is the same answer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from sync.client.outcomes import Done, Job, Later, Stopped, message_of
from sync.protocol.enrolment import (
    EnrolmentAnswer,
    EnrolmentRefused,
    RenewalRequest,
    Trust,
    certificate_in,
    check_renewal,
    renewal_binding,
)
from sync.protocol.exchange import JSON, Request
from sync.protocol.suites import Signer
from sync.protocol.terminal_certificate import (
    CERTIFICATE_DAYS,
    RENEW_DAYS,
    Signed,
    StatementUnfit,
    TerminalRevocations,
    read_statement,
)

KEY_CHANGED: Final = "key-changed"
REVOKED: Final = "certificate-revoked"
"""As the centre refuses a request under a key that was taken back."""


class RenewalPort(Protocol):
    """Trust and keys of a terminal."""

    def trust(self) -> Trust:
        """What it trusts now."""

    def next_key(self) -> Signer:
        """The key to ask for, durably kept; made if there is none."""

    def keep(self, trust: Trust, begun_with: Trust) -> bool:
        """Switch to the new key, durably: `trust` was checked. Raises EnrolmentRefused for another seal key.

        False, and nothing is changed, when another trust than `begun_with` is there: an operator's code goes before.
        """


class TerminalRevocationPort(Protocol):
    """Where the terminal keeps the list: `sync.trust` in a terminal."""

    def current(self) -> TerminalRevocations | None:
        """The list in use, verified when it was read."""

    def keep(self, data: bytes) -> None:
        """Replace it, durably."""


def expires(trust: Trust) -> datetime:
    """When the terminal's certificate ends. One of an earlier release has none: a year after its enrolment."""
    certificate = certificate_in(trust)
    if certificate is None:
        return datetime.fromisoformat(trust.issued_at) + timedelta(days=CERTIFICATE_DAYS)
    return datetime.fromisoformat(certificate.not_after)


def renewal(port: RenewalPort, now: Callable[[], datetime]) -> Job:
    """Nothing until 30 days before the certificate's end, then a new key and a new certificate."""
    present = port.trust()
    if now() < expires(present) - timedelta(days=RENEW_DAYS):
        return Done()
    key = port.next_key()
    proof = key.sign(renewal_binding(present.terminal, present.terminal_key_fingerprint, key.public_key))
    wanted = RenewalRequest(terminal_key=key.public_key, suite=key.suite, proof=proof)
    answer = message_of(
        (yield Request("POST", "/v1/renew", {"content-type": JSON}, wanted.to_wire())), JSON, EnrolmentAnswer, now()
    )
    if not isinstance(answer, EnrolmentAnswer):
        return answer
    try:
        trust = check_renewal(answer, present, key.public_key)
        if expires(trust) <= expires(present):
            return Stopped("renewal-not-later")
        if not port.keep(trust, present):
            return Later(KEY_CHANGED)
    except EnrolmentRefused as refused:
        return Stopped(refused.code)
    return Done(1)


def terminal_revocations(
    port: TerminalRevocationPort, authority_key: bytes, own_fingerprint: str, now: Callable[[], datetime]
) -> Job:
    """Fetch the dated list of terminals' certificates taken back; an older one never replaces a newer one.

    `own_fingerprint`: of the terminal's key. A list that names it says what the centre says to that key.
    """
    signed = message_of((yield Request("GET", "/v1/terminal-revocations")), JSON, Signed, now())
    if not isinstance(signed, Signed):
        return signed
    body = signed.to_wire()
    try:
        listed = read_statement(TerminalRevocations, body, authority_key)
    except StatementUnfit as unfit:
        return Stopped(f"terminal-revocations-{unfit.reason}")
    issued, current = datetime.fromisoformat(listed.issued_at), port.current()
    if current is not None and issued < datetime.fromisoformat(current.issued_at):
        return Stopped("terminal-revocations-older")
    if issued > now() + timedelta(days=1):
        # believed, it would keep every honest list out for as long
        return Stopped("terminal-revocations-from-the-future")
    port.keep(body)
    return Stopped(REVOKED) if listed.names(own_fingerprint) else Done(len(listed.revoked))
