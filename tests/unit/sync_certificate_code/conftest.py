"""An invented authority, a terminal's seal and a certificate, with fixed keys so that every run signs alike shapes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from sync.protocol.certificate_code import (
    Anchor,
    CertificateFacts,
    RevocationList,
    RevokedKey,
    SealCertificate,
    issue_code,
    issue_revocations,
    issue_seal_certificate,
    public_key_of,
    read_revocations,
    signer_for,
)

PRINTED = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Office:
    """One authority with its key, able to make seals, codes and lists."""

    key: ec.EllipticCurvePrivateKey
    anchor: Anchor
    seal_key: ec.EllipticCurvePrivateKey
    seal: SealCertificate

    def seal_bytes(self) -> bytes:
        return issue_seal_certificate(self.seal, signer_for(self.key))

    def code(self, facts: CertificateFacts) -> bytes:
        return issue_code(facts, self.seal_bytes(), signer_for(self.seal_key))

    def revocations(
        self, issued_at: datetime, numbers: tuple[str, ...] = (), keys: tuple[RevokedKey, ...] = ()
    ) -> RevocationList:
        data = issue_revocations(self.anchor, issued_at, numbers, keys, signer_for(self.key))
        return read_revocations(data, [self.anchor])


def make_office(secret: int, *, demo: bool = False, kinds: tuple[str, ...] = ("enrolment",)) -> Office:
    key = ec.derive_private_key(secret, ec.SECP256R1())
    seal_key = ec.derive_private_key(secret + 1, ec.SECP256R1())
    anchor = Anchor(authority="示例市人力资源和社会保障局", public_key=public_key_of(key), demo=demo)
    seal = SealCertificate(
        authority_key_id=anchor.key_id,
        public_key=public_key_of(seal_key),
        issuer="示例市社会保险基金管理中心",
        terminal="T01",
        kinds=kinds,
        not_before=PRINTED - timedelta(days=10),
        not_after=PRINTED + timedelta(days=80),
        demo=demo,
    )
    return Office(key, anchor, seal_key, seal)


@pytest.fixture(scope="session")
def office() -> Office:
    return make_office(1001)


@pytest.fixture(scope="session")
def other_office() -> Office:
    return make_office(2001)


@pytest.fixture(scope="session")
def demo_office() -> Office:
    return make_office(3001, demo=True)


@pytest.fixture(scope="session")
def facts() -> CertificateFacts:
    return CertificateFacts(
        number="T01-1-20261102-0007-K",
        kind="enrolment",
        issuer="示例市社会保险基金管理中心",
        place="示例市",
        name_masked="张*",
        id_last4="002X",
        facts=(("企业职工基本养老保险", "正常参保，2010-07 起，累计 185 个月"), ("失业保险", "正常参保，累计 90 个月")),
        data_as_of=datetime(2026, 11, 1, 16, 0, tzinfo=UTC),
        printed_at=PRINTED,
        expires_at=PRINTED + timedelta(days=90),
        terminal="T01",
    )


@pytest.fixture(scope="session")
def printed() -> datetime:
    return PRINTED


@pytest.fixture(scope="session")
def office_maker() -> Callable[..., Office]:
    return make_office
