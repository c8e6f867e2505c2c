"""RFC 9421 by hand, so that a signature can be made that our own code would never make. Written from section 2.5."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sync.protocol.exchange import JSON, Request
from sync.protocol.suites import Signer, suite_of_public_key

COMPONENTS = ("@method", "@path", "@query", "content-digest")


@dataclass(frozen=True)
class Forgery:
    """A signature in all its parts; `parameters`: in their order, as they stand on the wire."""

    method: str
    target: str
    body: bytes
    parameters: Mapping[str, str]
    components: Sequence[str] = COMPONENTS
    label: str = "terminal"
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": JSON})

    def signed(self, signer: Signer, *more: Forgery) -> Request:
        """The request with this signature, and with `more` beside it."""
        digest = f"sha-256=:{base64.b64encode(hashlib.sha256(self.body).digest()).decode()}:"
        inputs, signatures = [], []
        for forgery in (self, *more):
            inner = " ".join(f'"{name}"' for name in forgery.components)
            stated = f"({inner})" + "".join(f";{name}={value}" for name, value in forgery.parameters.items())
            lines = [f'"{name}": {self._value(name, digest)}' for name in forgery.components]
            base = "\n".join([*lines, f'"@signature-params": {stated}'])
            inputs.append(f"{forgery.label}={stated}")
            signatures.append(f"{forgery.label}=:{base64.b64encode(signer.sign(base.encode())).decode()}:")
        fields = {
            **self.headers,
            "content-digest": digest,
            "signature-input": ", ".join(inputs),
            "signature": ", ".join(signatures),
        }
        return Request(self.method, self.target, fields, self.body)

    def _value(self, name: str, digest: str) -> str:
        path, _, query = self.target.partition("?")
        return {
            "@method": self.method, "@path": path, "@query": "?" + query, "content-digest": digest,
            "content-type": self.headers.get("content-type", ""),
        }[name]  # fmt: skip


def parameters(terminal: str, public_key: bytes, now: int, **changes: str | None) -> dict[str, str]:
    """As a terminal gives them; a change to None leaves one out."""
    nonce = base64.urlsafe_b64encode(os.urandom(16)).rstrip(b"=").decode()
    usual = {
        "created": str(now), "keyid": f'"{terminal}:{hashlib.sha256(public_key).hexdigest()}"',
        "alg": f'"{suite_of_public_key(public_key).signature_algorithm}"', "nonce": f'"{nonce}"',
        "tag": '"terminal-sync"',
    }  # fmt: skip
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}
