"""A terminal that cannot be made or enrolled again: what is wrong, which exit code that is, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from sync.client.http import GatewayAddressUnfit, TlsFilesUnfit
from sync.protocol.enrolment import EnrolmentRefused

Kind = Literal["no", "usage", "unknown"]
"""Asked and answered no; typed wrong; it could not be found out. The command gives each its exit code."""

_AGAIN: Final = "then give the same command again: the code stays good"
_NEW_CODE: Final = "ask the centre for a new code, then give the command again with that one"
_EMPTY: Final = "provision it in an empty directory, with a new code"
_TELL: Final = "tell the centre, and ask it for a new code when that is mended"
_TLS: Final = f"put tls/client.pem, made by the centre for this number, into the data directory; {_AGAIN}"

_NEXT: Final[Mapping[str, tuple[Kind, str]]] = {
    "code-mistyped": ("usage", "type the code again, group by group"),
    "no-answer": ("unknown", f"check the gateway's address and the network, {_AGAIN}"),
    "not-the-gateway": ("unknown", f"check the gateway's address, and who stands between; {_AGAIN}"),
    "answer-not-genuine": ("unknown", f"find out who stands between, {_AGAIN}; tell the centre if it goes on"),
    "answer-malformed": ("unknown", f"install the centre's release here, {_AGAIN}"),
    "authority-differs": ("no", f"check the gateway's address, {_AGAIN}; tell the centre if the address is right"),
    "suite-differs": ("no", f"name the centre's suite: --suite, or crypto.suite in terminal.toml; {_AGAIN}"),
    "package-root-unfit": ("no", _TELL),
    "seal-not-certified": ("no", _TELL),
    "demonstration": ("no", "enrol at the real centre, with a code of its own"),
    "enrolment-code-unknown": ("no", _NEW_CODE),
    "enrolment-code-used": ("no", _NEW_CODE),
    "enrolment-code-expired": ("no", _NEW_CODE),
    "enrolment-code-cancelled": ("no", "type the newer code, or ask the centre for another"),
    "enrolment-code-other-terminal": ("no", "ask the centre for a code of this terminal's number"),
    "key-revoked": ("no", _EMPTY),
    "seal-key-revoked": ("no", _EMPTY),
    "key-of-another-terminal": ("no", _EMPTY),
    "client-certificate-refused": ("no", _TLS),
    "client-certificate-missing": ("no", _TLS),
    "client-certificate-other-terminal": ("no", _TLS),
}
"""By the word of the refusal, the terminal's own or the gateway's (RFC 9457 problems)."""
_OTHERS: Final[tuple[Kind, str]] = ("unknown", f"wait a little, {_AGAIN}; tell the centre if it goes on")


class ProvisioningRefused(Exception):  # noqa: N818 named by the condition
    """The terminal could not be made; says what is wrong and what to do."""

    def __init__(self, code: str, sentence: str, next_step: str, *, kind: Kind = "no") -> None:
        super().__init__(sentence)
        self.code = code
        self.next_step = next_step
        self.kind = kind


def enrolment_refused(error: EnrolmentRefused) -> ProvisioningRefused:
    """With the exit code and the next step of its word."""
    kind, step = _NEXT.get(error.code, _OTHERS)
    return ProvisioningRefused(error.code, error.sentence, step, kind=kind)


def address_refused(error: GatewayAddressUnfit, *, typed: bool) -> ProvisioningRefused:
    """The gateway cannot be reached at this address, or with the files in tls/. `typed`: just now, as an option."""
    if typed and not isinstance(error, TlsFilesUnfit):
        return ProvisioningRefused("address", str(error), "give --gateway https://host[:port]", kind="usage")
    return ProvisioningRefused("address", str(error), error.remedy, kind="unknown")
