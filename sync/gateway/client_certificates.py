"""What a proxy says about the TLS certificate of a terminal: an addition to the signature, never in its place.

The certificate's common name must be the terminal that signed, so that a certificate which was carried off opens
nothing for another one. The fields count only when `Centre.client_certificates` is set, which is when the gateway
listens on Unix sockets (`sync.gateway.listeners`); the proxy overwrites what a client may have sent in them.
"""

from __future__ import annotations

import re
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from sync.gateway.refusals import Refused, problem
from sync.protocol.exchange import Request

SERIAL: Final = "x-client-certificate-serial"
SUBJECT: Final = "x-client-certificate-subject"
_SERIAL: Final = re.compile(r"[0-9A-Fa-f]{1,40}")


def certificate_serial(request: Request, terminal: str) -> str:
    """The serial of the certificate that the request came with, if it is this terminal's. Raises Refused with 403."""
    serial, subject = request.headers.get(SERIAL, ""), request.headers.get(SUBJECT, "")
    if not _SERIAL.fullmatch(serial) or not subject:
        raise Refused(problem(403, "client-certificate-missing", "The proxy names no certificate of this terminal."))
    if _common_name(subject) != terminal:
        raise Refused(
            problem(403, "client-certificate-other-terminal", "This TLS certificate was made for another terminal.")
        )
    return serial.upper()


def _common_name(subject: str) -> str | None:
    """The one common name in a distinguished name as RFC 2253 writes it; None if there is none, or more."""
    try:
        names = x509.Name.from_rfc4514_string(subject).get_attributes_for_oid(NameOID.COMMON_NAME)
    except ValueError:
        return None
    return str(names[0].value) if len(names) == 1 else None
