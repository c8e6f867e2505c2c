"""The papers process as the terminal starts it: real keys of a demo authority, real fonts, real pipes."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kiosk.certificates.client import PapersClient, papers_command
from kiosk.certificates.facts import EnrolmentCertificate, InsuranceLine
from kiosk.certificates.papers import read_trust
from kiosk.certificates.pipe import Paper
from kiosk.certificates.verifying import Authorities, authorities_of
from kiosk.fonts import Fonts, development_directory
from kiosk.fonts.build import Sources, build
from sync.gateway.authority import Authority, make_demo_authority, pem
from sync.protocol.certificate_code import read_revocations
from sync.protocol.encoding import to_base64url
from sync.protocol.enrolment import Trust

EMPLOYER = "示例精密制造有限公司"
VERIFY_URL = "https://verify.example/v"


@dataclass(frozen=True)
class Place:
    """One terminal's files, and the authority behind them."""

    authority: Authority
    seal_key: ec.EllipticCurvePrivateKey
    key_file: Path
    trust_file: Path
    fonts: Path
    now: datetime

    @property
    def command(self) -> list[str]:
        return papers_command(self.key_file, self.trust_file, self.fonts)

    @property
    def authorities(self) -> Authorities:
        listed = read_revocations(self.authority.revocation_list([], now=self.now), [self.authority.anchor])
        return authorities_of(read_trust(self.trust_file), listed)


@pytest.fixture(scope="session")
def fonts() -> Fonts:
    """Built by set-up; the first run on a fresh tree builds them."""
    directory = development_directory()
    assert directory is not None
    return build(directory, Sources(), lambda line: None)


@pytest.fixture(scope="session")
def place_maker(fonts: Fonts, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Place]:
    def make() -> Place:
        # today: pdfsig asks the machine's clock whether a certificate is valid
        now = datetime.now(UTC).replace(microsecond=0)
        authority = make_demo_authority(now - timedelta(days=3))
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = authority.seal_certificate("T001", key.public_key(), serial=4711, now=now - timedelta(days=2))
        compact = authority.compact_seal_certificate("T001", key.public_key(), now=now - timedelta(days=2))
        folder = tmp_path_factory.mktemp("terminal")
        key_file, trust_file = folder / "seal", folder / "centre.json"
        key_file.touch(mode=0o600)
        key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        trust = {
            "demo": True,
            "organisation": authority.organisation,
            "terminal": "T001",
            "terminal_key_fingerprint": "0" * 64,
            "issued_at": "2026-11-01T00:00:00Z",
            "authority_key": to_base64url(b"\x02" * 32),
            "centre_key": to_base64url(b"\x02" * 32),
            "package_key": to_base64url(b"\x02" * 32),
            "issuers": [json.loads(authority.anchor.model_dump_json())],
            "x509_root": pem(authority.root),
            "x509_intermediate": pem(authority.intermediate),
            "seal_certificate": pem(leaf),
            "compact_seal_certificate": to_base64url(compact),
            "gateway_url": "https://gateway.example",
            "verify_url": VERIFY_URL,
        }
        trust_file.write_bytes(Trust.model_validate_json(json.dumps(trust)).to_wire())
        return Place(authority, key, key_file, trust_file, fonts.regular.path.parent, now)

    return make


@pytest.fixture(scope="session")
def place(place_maker: Callable[[], Place]) -> Place:
    return place_maker()


@pytest.fixture(scope="session")
def certificate(place: Place) -> EnrolmentCertificate:
    kinds = (("企业职工基本养老保险", 185), ("失业保险", 142), ("工伤保险", 140))
    return EnrolmentCertificate(
        number="ZM-T001-20261122-1-0007-K",
        agency="示例市社会保险基金管理中心",
        place="示例市",
        terminal="T001",
        name="张三",
        sex="男",
        id_number="11010519880312001X",
        lines=tuple(
            InsuranceLine(
                kind=kind, status="参保缴费", since="2010-07-01", employer="示例精密制造有限公司", months=months
            )
            for kind, months in kinds
        ),
        data_as_of=place.now - timedelta(hours=14),
        printed_at=place.now,
        expires_at=place.now + timedelta(days=90),
    )


@pytest.fixture(scope="session")
def rare_certificate(certificate: EnrolmentCertificate) -> EnrolmentCertificate:
    """A name from both fonts and beyond the BMP, six insurances with different long employers."""
    line = certificate.lines[0]
    names = ("养老", "失业", "工伤", "医疗", "生育", "居民养老")
    lines = tuple(
        line.model_copy(
            update={
                "kind": f"示例{each}保险",
                "employer": f"示例省示例市高新技术产业开发区第{n}（集团）有限责任公司分公司",
            }
        )
        for n, each in enumerate(names)
    )
    name = "\U00020bb7\u36c3\u4dae\U0002cb4e\U00020001"
    return certificate.model_copy(update={"name": name, "lines": lines, "number": "ZM-T001-20261122-1-0008-X"})


@pytest.fixture(scope="session")
def papers(place: Place):
    client = PapersClient(place.command)
    client.warm(60)
    yield client
    client.close()


@pytest.fixture(scope="session")
def paper(papers: PapersClient, certificate: EnrolmentCertificate) -> Paper:
    made = papers.make(certificate, 60)
    assert isinstance(made, Paper)
    return made


@pytest.fixture(scope="session")
def rare_paper(papers: PapersClient, rare_certificate: EnrolmentCertificate) -> Paper:
    made = papers.make(rare_certificate, 60)
    assert isinstance(made, Paper)
    return made
