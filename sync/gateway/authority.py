"""The demo authority, made at set-up: every key and certificate a centre needs, marked as demo throughout.

Each key is for one thing. The authority key signs what a terminal is told to trust at enrolment; the package key signs
snapshot manifests; the centre key opens act bodies: these three are of the centre's suite. The issuer key (P-256) signs
compact seal certificates and the revocation list; the X.509 root and intermediate (P-256) certify the same seal keys
for PDF signatures, in either suite. A real centre keeps them apart and in modules; here they are 0600 files in one
folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from sync.protocol.certificate_code import (
    Anchor,
    RevokedKey,
    SealCertificate,
    issue_revocations,
    issue_seal_certificate,
    public_key_of,
    signer_for,
)
from sync.protocol.suites import SUITE_NAMES, KeyInMemory, Opener, Signer, SuiteName
from sync.protocol.suites import suite as suite_named

ORGANISATION: Final = "演示机构 DEMO AUTHORITY (not valid)"
ROOT_DAYS: Final = 3650
INTERMEDIATE_DAYS: Final = 1825
LEAF_DAYS: Final = 365
CERTIFICATE_KINDS: Final = ("SI-03", "SI-04", "SI-05", "SI-06")
"""Items of the service catalogue whose certificates a terminal's seal may be used for."""
_EARLIER: Final = timedelta(minutes=5)
_DOCUMENT_SIGNING: Final = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
"""id-kp-documentSigning, RFC 9336."""


class AuthorityMissing(Exception):  # noqa: N818 - named by the condition
    """There is no authority in this folder, or it is not whole: `kiosk-gateway init` makes one."""


@dataclass(frozen=True)
class Authority:
    """The keys of a centre. No private part appears in a repr."""

    organisation: str
    demo: bool
    signing: Signer = field(repr=False)
    package: Signer = field(repr=False)
    centre: Opener = field(repr=False)
    issuer: ec.EllipticCurvePrivateKey = field(repr=False)
    intermediate_key: ec.EllipticCurvePrivateKey = field(repr=False)
    root: x509.Certificate = field(repr=False)
    intermediate: x509.Certificate = field(repr=False)

    @property
    def public_key(self) -> bytes:
        """The authority's public key, whose fingerprint enrolment codes carry."""
        return self.signing.public_key

    @property
    def suite(self) -> SuiteName:
        """The suite this centre works with."""
        return self.signing.suite

    @property
    def anchor(self) -> Anchor:
        """The issuer of compact seal certificates, as a verifier knows it."""
        return Anchor(authority=self.organisation, public_key=public_key_of(self.issuer), demo=self.demo)

    def compact_seal_certificate(self, terminal: str, seal_key: ec.EllipticCurvePublicKey, *, now: datetime) -> bytes:
        """What goes into every code this terminal prints: the same key, the same time as the X.509 leaf."""
        start = now.astimezone(UTC).replace(microsecond=0)
        certificate = SealCertificate(
            authority_key_id=self.anchor.key_id,
            public_key=public_key_of(seal_key),
            issuer=self.organisation,
            terminal=terminal,
            kinds=CERTIFICATE_KINDS,
            not_before=start - _EARLIER,
            not_after=start + timedelta(days=LEAF_DAYS),
            demo=self.demo,
        )
        return issue_seal_certificate(certificate, signer_for(self.issuer))

    def revocation_list(self, numbers: Iterable[str], seal_keys: Iterable[RevokedKey] = (), *, now: datetime) -> bytes:
        """The dated, signed list of what was taken back: certificate numbers, and seals since when."""
        return issue_revocations(self.anchor, now, numbers, list(seal_keys), signer_for(self.issuer))

    def seal_certificate(
        self, terminal: str, seal_key: ec.EllipticCurvePublicKey, *, serial: int, now: datetime
    ) -> x509.Certificate:
        """The leaf for one terminal's seal key: fit for signing documents, for nothing else."""
        subject = _name(self.organisation, f"终端签名 terminal signature {terminal}")
        builder = _builder(subject, self.intermediate.subject, seal_key, serial, now, LEAF_DAYS)
        builder = (
            builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, _DOCUMENT_SIGNING]), critical=False
            )
            .add_extension(_authority_id(self.intermediate), critical=False)
        )
        return builder.sign(self.intermediate_key, hashes.SHA256())


def pem(certificate: x509.Certificate) -> str:
    """A certificate as PEM text."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def make_demo_authority(now: datetime, suite: SuiteName = "intl") -> Authority:
    """A new demo authority; its name says so on every certificate and every paper."""
    chosen = suite_named(suite)
    root_key, intermediate_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, middle_name = _name(ORGANISATION, "DEMO root"), _name(ORGANISATION, "DEMO intermediate")
    root = (
        _builder(root_name, root_name, root_key.public_key(), x509.random_serial_number(), now, ROOT_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    intermediate = (
        _builder(
            middle_name, root_name, intermediate_key.public_key(), x509.random_serial_number(), now, INTERMEDIATE_DAYS
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(_authority_id(root), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    return Authority(
        organisation=ORGANISATION,
        demo=True,
        signing=chosen.signer(chosen.new_signing_key()),
        package=chosen.signer(chosen.new_signing_key()),
        centre=chosen.opener(chosen.new_sealing_key()),
        issuer=ec.generate_private_key(ec.SECP256R1()),
        intermediate_key=intermediate_key,
        root=root,
        intermediate=intermediate,
    )


def save_authority(authority: Authority, folder: Path) -> None:
    """Write it into a new folder (0700) of 0600 files. FileExistsError rather than replacing an authority.

    Keys of `intl` and P-256 are PKCS #8 in PEM, keys of `sm` their 32 octets. ValueError for a key in a module.
    """
    folder.mkdir(mode=0o700, parents=True)
    for name, held in (("signing", authority.signing), ("package", authority.package), ("centre", authority.centre)):
        if not isinstance(held, KeyInMemory):
            raise ValueError(f"the {name} key is in a module and cannot be written into a file")
        if held.suite == "sm":
            _write_private(folder / f"{name}.key", held.private_key)
        else:
            kind = X25519PrivateKey if name == "centre" else Ed25519PrivateKey
            _write_private(folder / f"{name}.key.pem", _pkcs8(kind.from_private_bytes(held.private_key)))
    _write_private(folder / "issuer.key.pem", _pkcs8(authority.issuer))
    _write_private(folder / "intermediate.key.pem", _pkcs8(authority.intermediate_key))
    _write_private(folder / "root.pem", pem(authority.root).encode())
    _write_private(folder / "intermediate.pem", pem(authority.intermediate).encode())
    about = {
        "format": "authority-1",
        "demo": authority.demo,
        "organisation": authority.organisation,
        "suite": authority.suite,
    }
    _write_private(folder / "authority.json", json.dumps(about, ensure_ascii=False).encode())


def load_authority(folder: Path) -> Authority:
    """Read it back; AuthorityMissing if a part is not there or not what it should be."""
    try:
        about = json.loads((folder / "authority.json").read_bytes())
        organisation, demo = about["organisation"], bool(about["demo"])
        if not isinstance(organisation, str):
            raise TypeError("the name of an authority is text")
        # a folder of a release that knew one suite does not name it
        suite = suite_named(_known(about.get("suite", "intl")))
        private = {name: _octets_of(folder, name, suite.name) for name in ("signing", "package", "centre")}
        signing, package = suite.signer(private["signing"]), suite.signer(private["package"])
        centre = suite.opener(private["centre"])
        issuer, intermediate_key = (_load(folder, name) for name in ("issuer", "intermediate"))
        root = x509.load_pem_x509_certificate((folder / "root.pem").read_bytes())
        intermediate = x509.load_pem_x509_certificate((folder / "intermediate.pem").read_bytes())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AuthorityMissing(f"{folder.name}: {type(error).__name__}") from error
    if not isinstance(issuer, ec.EllipticCurvePrivateKey) or not isinstance(
        intermediate_key, ec.EllipticCurvePrivateKey
    ):
        raise AuthorityMissing(f"{folder.name}: a key is of another kind than its name says")
    return Authority(
        organisation=organisation,
        demo=demo,
        signing=signing,
        package=package,
        centre=centre,
        issuer=issuer,
        intermediate_key=intermediate_key,
        root=root,
        intermediate=intermediate,
    )


def _known(word: object) -> SuiteName:
    for name in SUITE_NAMES:
        if word == name:
            return name
    raise ValueError("a suite that is not known here")


def _octets_of(folder: Path, name: str, suite: SuiteName) -> bytes:
    if suite == "sm":
        return (folder / f"{name}.key").read_bytes()
    key = _load(folder, name)
    if not isinstance(key, X25519PrivateKey if name == "centre" else Ed25519PrivateKey):
        raise ValueError("a key of another kind than its name says")
    return key.private_bytes_raw()


def _pkcs8(key: Ed25519PrivateKey | X25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _load(folder: Path, name: str) -> object:
    return serialization.load_pem_private_key((folder / f"{name}.key.pem").read_bytes(), password=None)


def _write_private(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _name(organisation: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, serial: int, now: datetime, days: int
) -> x509.CertificateBuilder:
    start = now.astimezone(UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(start - _EARLIER)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _authority_id(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    key_id = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id)
