"""Behind Debian's nginx, with the configuration of the deployment page: mutual TLS for terminals, TLS for everybody."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import shutil
import socket
import sqlite3
import ssl
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from offline_store.journal import open_journal
from offline_store.keys import KeyFiles
from sync import process
from sync.client.http import TLS_FOLDER, HttpSender, TlsFilesUnfit
from sync.client.outcomes import Done, Later, NoAnswer, Stopped
from sync.enrolment import enrol
from sync.gateway.client_certificates import SERIAL, SUBJECT
from sync.protocol.enrolment import EnrolmentRefused
from sync.protocol.exchange import JSON, Request
from sync.protocol.messages import MAX_REQUEST_BYTES
from sync.protocol.sealing import seal_body
from sync.protocol.signatures import sign
from sync.terminal_keys import load_signer
from sync.trust import read_trust

ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "sync" / "gateway" / "deploy" / "nginx.conf.template"
NGINX = "/usr/sbin/nginx"
STOCK = Path("/etc/nginx/nginx.conf")
LIBRARY = """
openssl_conf = all
[all]
ssl_conf = modules
[modules]
system_default = all_versions
[all_versions]
CipherString = DEFAULT@SECLEVEL=0
MinProtocol = TLSv1
"""
"""A machine whose OpenSSL would still speak TLS 1.0: what is refused there, nginx's configuration refuses."""
MACHINE = """
{scratch}
ssl_protocols TLSv1 TLSv1.1;
ssl_certificate {tls}/server.pem;
ssl_certificate_key {tls}/server.key;
server {{ listen 127.0.0.1:{neighbour} ssl; return 200 neighbour; }}
server {{ listen {public} ssl; server_name neighbour.example; return 200 neighbour; }}
"""
"""What may stand beside the template: other sites, one of them on the public's own address, with old protocols on."""

pytestmark = pytest.mark.skipif(not Path(NGINX).exists(), reason="Debian's nginx-light is not installed")


def wall():
    return datetime.now(UTC)


class Authority:
    """Somebody who makes TLS certificates, as a deployment has."""

    def __init__(self, name):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._build(self.name, self.key.public_key(), days=30, ca=True)

    def make(self, file, common_name, *, days=2, serial=None):
        """A certificate with its key in one file; its serial."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "社保中心, CN=T9999"),
                x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            ]
        )
        certificate = self._build(subject, key.public_key(), days=days, serial=serial)
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(pem + private)
        file.chmod(0o600)
        return certificate.serial_number

    def revocations(self, *serials):
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.name)
        builder = builder.last_update(wall() - timedelta(hours=1)).next_update(wall() + timedelta(days=2))
        for serial in serials:
            revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(wall())
            builder = builder.add_revoked_certificate(revoked.build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def _build(self, subject, public_key, *, days, ca=False, serial=None):
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        start = wall() - timedelta(days=10)
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(public_key)
            .serial_number(serial or x509.random_serial_number())
            .not_valid_before(start).not_valid_after(wall() + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )  # fmt: skip
        if ca:
            usage = dict.fromkeys(
                ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
                False,
            )
            usage |= {"key_cert_sign": True, "crl_sign": True, "encipher_only": False, "decipher_only": False}
            builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
        else:
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self.key, hashes.SHA256())


class Deployment:
    """A gateway on Unix sockets, nginx in front of it, and the files of both."""

    def __init__(self, folder, gateway_class):
        self.folder = folder
        self.sockets = folder / "s"
        self.tls = folder / "tls"
        self.log = folder / "log"
        for made in (self.sockets, self.tls):
            made.mkdir(mode=0o750)
        self.ports = {name: free_port() for name in ("terminals", "public", "staff")}
        self.neighbour = free_port()
        self.servers, self.clients = Authority("servers"), Authority("terminals")
        both = self.folder / "server.both"
        self.servers.make(both, "gateway")
        text = both.read_text()
        cut = text.index("-----BEGIN PRIVATE KEY")
        (self.tls / "server.pem").write_text(text[:cut])
        (self.tls / "server.key").write_text(text[cut:])
        (self.tls / "clients.pem").write_bytes(self.clients.pem())
        self.gateway = gateway_class(folder / "data")
        self.gateway.command(
            "init", "--gateway-url", self.url("terminals"), "--verify-url", self.url("public") + "/v",
            "--staff-url", self.url("staff"),
        )  # fmt: skip
        self.nginx = None

    def url(self, part):
        return f"https://127.0.0.1:{self.ports[part]}"

    def start(self, *revoked):
        (self.tls / "clients.crl").write_bytes(self.clients.revocations(*revoked))
        self.gateway.start("--behind-proxy", str(self.sockets))
        values = {
            "@TERMINALS@": f"127.0.0.1:{self.ports['terminals']}", "@PUBLIC@": f"127.0.0.1:{self.ports['public']}",
            "@STAFF@": f"127.0.0.1:{self.ports['staff']}", "@SOCKETS@": str(self.sockets), "@TLS@": str(self.tls),
        }  # fmt: skip
        text = TEMPLATE.read_text(encoding="utf-8")
        for word, value in values.items():
            text = text.replace(word, value)
        for made in (self.log, self.folder / "conf.d", self.folder / "sites"):
            made.mkdir(exist_ok=True)
        text = text.replace("/var/log/nginx", str(self.log))
        (self.folder / "conf.d" / "gateway.conf").write_text(text, encoding="utf-8")
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        machine = MACHINE.format(
            scratch=" ".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in kinds),
            tls=self.tls, neighbour=self.neighbour, public=values["@PUBLIC@"],
        )  # fmt: skip
        (self.folder / "conf.d" / "a-machine.conf").write_text(machine)
        (self.folder / "nginx.conf").write_text(self.stock())
        (self.folder / "openssl.cnf").write_text(LIBRARY)
        self.nginx = subprocess.Popen(
            [NGINX, "-e", str(self.log / "error.log"), "-c", str(self.folder / "nginx.conf"), "-g", "daemon off;"],
            env={**os.environ, "OPENSSL_CONF": str(self.folder / "openssl.cnf")},
        )
        for _ in range(2000):
            try:
                socket.create_connection(("127.0.0.1", self.ports["terminals"])).close()
                return
            except OSError:
                assert self.nginx.poll() is None, (self.log / "error.log").read_text()
                time.sleep(0.01)
        raise AssertionError("nginx does not listen")

    def stock(self):
        """Debian's own nginx.conf, with this folder for the machine's."""
        text = STOCK.read_text(encoding="utf-8")
        places = {
            "user www-data;": "user root;" if os.geteuid() == 0 else "", "/run/nginx.pid": f"{self.folder}/nginx.pid",
            "/var/log/nginx": str(self.log), "/etc/nginx/conf.d/": f"{self.folder}/conf.d/",
            "/etc/nginx/sites-enabled/": f"{self.folder}/sites/",
        }  # fmt: skip
        for machines, own in places.items():
            assert machines in text, f"{STOCK} is not Debian's: {machines} is not in it"
            text = text.replace(machines, own)
        return text

    def stop(self):
        if self.nginx is not None:
            self.nginx.terminate()
            self.nginx.wait(20)
        if self.gateway.process is not None:
            assert self.gateway.end() == 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def deployment(gateway_class):
    folder = Path(tempfile.mkdtemp(prefix="ngx-"))  # short: a Unix socket's path has 107 octets
    deployment = Deployment(folder, gateway_class)
    deployment.lost = deployment.clients.make(folder / "lost.pem", "T0009")
    deployment.start(deployment.lost)
    yield deployment
    deployment.stop()
    shutil.rmtree(folder)


class Terminal:
    """A terminal's data directory, with the TLS certificate that its installer put there."""

    def __init__(self, deployment, data, number):
        self.deployment, self.data, self.number = deployment, data, number
        data.mkdir(mode=0o700)
        (data / TLS_FOLDER).mkdir(mode=0o700)
        (data / TLS_FOLDER / "authorities.pem").write_bytes(deployment.servers.pem())
        self.client = data / TLS_FOLDER / "client.pem"
        self.serial = deployment.clients.make(self.client, number)
        self.keys = KeyFiles(data / "keys", allow_file=True, warn=lambda warning: None)
        self.keys.create("store", os.urandom(32))

    def sender(self):
        return HttpSender(self.deployment.url("terminals"), tls=self.data / TLS_FOLDER)

    def enrol(self):
        code = self.deployment.gateway.answer("enrol", self.number)["code"]
        sender = self.sender()
        try:
            enrol(self.data, terminal=self.number, code=code, keys=self.keys, send=sender, now=wall)
        finally:
            sender.close()
        centre = read_trust(self.data).centre_key
        with self.keys.load("store", length=32) as key:
            opened = open_journal(
                self.data, terminal=self.number, key=key.material, sign=load_signer(self.keys).sign,
                seal=lambda plain, info: seal_body(plain, info, centre), now=wall,
            )  # fmt: skip
            opened.journal.close()

    def outcomes(self):
        return {run.job: run.outcome for run in process.now(self.data, keys=self.keys).runs}

    def ask(self, path="/v1/results?after=0", **headers):
        """A signed request with more headers than the client sends."""
        request = sign(
            Request("GET", path, {"content-type": JSON}), load_signer(self.keys), terminal=self.number,
            now=int(time.time()), nonce=os.urandom(16),
        )  # fmt: skip
        sender = self.sender()
        try:
            return sender(Request(request.method, request.path, {**request.headers, **headers}, request.body))
        finally:
            sender.close()


_numbers = iter(range(100, 1000))


@pytest.fixture
def terminal(deployment, tmp_path):
    terminal = Terminal(deployment, tmp_path / "terminal", f"T0{next(_numbers)}")
    terminal.enrol()
    return terminal


def code_of(answer):
    return (answer.status, json.loads(answer.body)["code"])


def test_the_terminals_own_client_enrols_and_syncs_through_mutual_tls(deployment, terminal):
    outcomes = terminal.outcomes()
    assert outcomes["upload"] == Done(1)
    assert isinstance(outcomes["results"], Done)
    (row,) = [row for row in deployment.gateway.answer("fleet") if row["number"] == terminal.number]
    assert (row["entries"], row["alarms"]) == (1, 0)
    with sqlite3.connect(deployment.gateway.data / "gateway.db") as store:
        seen = store.execute("SELECT serial FROM client_certificate WHERE terminal = ?", (terminal.number,)).fetchall()
    store.close()
    assert [int(serial, 16) for (serial,) in seen] == [terminal.serial]


def test_without_a_certificate_of_the_centre_nothing_gets_past_the_proxy(deployment, terminal):
    strangers = Authority("terminals")  # the same name, another key
    own = terminal.client.read_bytes()
    for bring in (
        lambda: terminal.client.unlink(),
        lambda: strangers.make(terminal.client, terminal.number),
        lambda: deployment.clients.make(terminal.client, terminal.number, days=-1),
        lambda: shutil.copy(deployment.folder / "lost.pem", terminal.client),
    ):
        bring()
        assert code_of(terminal.ask()) == (403, "client-certificate-refused")
        assert terminal.outcomes()["upload"] == Stopped("client-certificate-refused")
    terminal.client.write_bytes(own)
    assert terminal.outcomes()["upload"] == Done(1)


def test_another_terminals_certificate_opens_nothing_even_with_a_genuine_signature(deployment, terminal):
    deployment.clients.make(terminal.client, "T0001")
    assert code_of(terminal.ask()) == (403, "client-certificate-other-terminal")
    assert terminal.outcomes()["upload"] == Stopped("client-certificate-other-terminal")


def test_a_genuine_certificate_without_a_genuine_signature_opens_nothing(deployment, terminal):
    answer = requests.get(
        deployment.url("terminals") + "/v1/results?after=0", cert=str(terminal.client),
        verify=str(terminal.data / TLS_FOLDER / "authorities.pem"), timeout=20,
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (401, "signature-missing")


@pytest.mark.parametrize(
    "spelling",
    [(SERIAL, SUBJECT), (SERIAL.replace("-", "_"), SUBJECT.replace("-", "_")), (SERIAL.title(), SUBJECT.title())],
)
def test_what_a_client_says_about_its_certificate_itself_is_replaced_by_what_it_showed(deployment, terminal, spelling):
    said = {spelling[0]: "01", spelling[1]: "CN=T0001"}
    assert terminal.ask(**said).status == 200
    deployment.clients.make(terminal.client, "T0001")
    said = {spelling[0]: f"{terminal.serial:X}", spelling[1]: f"CN={terminal.number}"}
    assert code_of(terminal.ask(**said)) == (403, "client-certificate-other-terminal")
    terminal.client.unlink()
    assert code_of(terminal.ask(**said)) == (403, "client-certificate-refused")


def test_a_server_that_is_not_the_gateways_is_not_spoken_to(deployment, terminal):
    (terminal.data / TLS_FOLDER / "authorities.pem").write_bytes(Authority("servers").pem())
    assert terminal.ask() == NoAnswer("tls")
    assert set(map(type, terminal.outcomes().values())) <= {Later, Done}
    assert terminal.outcomes()["upload"] == Later("tls")


def old_tls(port, name=None):
    """The version that a client speaks there which knows no newer one than TLS 1.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with (
        socket.create_connection(("127.0.0.1", port), 20) as plain,
        context.wrap_socket(plain, server_hostname=name) as spoken,
    ):
        return spoken.version()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_old_tls_is_refused_on_every_port_whatever_the_machines_other_sites_allow(deployment):
    assert old_tls(deployment.neighbour) == "TLSv1.1"
    for part in deployment.ports:
        for name in (None, "neighbour.example"):
            with pytest.raises(ssl.SSLError, match=r"(?i)protocol.version"):
                old_tls(deployment.ports[part], name)


def test_an_unknown_authority_and_plain_http_are_refused_on_every_port(deployment):
    for part in deployment.ports:
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(deployment.url(part), timeout=20)
        assert requests.get(deployment.url(part).replace("https", "http"), timeout=20).status_code == 400


def test_a_body_over_the_limit_is_refused_at_the_proxy_in_the_gateways_words(deployment, terminal):
    assert f"client_max_body_size {MAX_REQUEST_BYTES >> 20}m;" in TEMPLATE.read_text()
    sender = terminal.sender()
    try:
        answer = sender(Request("POST", "/v1/chain", {"content-type": JSON}, bytes(MAX_REQUEST_BYTES + 1)))
    finally:
        sender.close()
    assert code_of(answer) == (413, "body-too-large")


def test_terminals_public_and_staff_each_have_their_own_door(deployment, terminal):
    trusted = str(terminal.data / TLS_FOLDER / "authorities.pem")

    def status(part, path, **more):
        return requests.get(
            deployment.url(part) + path, verify=trusted, timeout=20, allow_redirects=False, **more
        ).status_code

    certificate = {"cert": str(terminal.client)}
    assert [status("terminals", path, **certificate) for path in ("/v1/time", "/v", "/sign-in", "/")] == [
        204,
        404,
        404,
        404,
    ]
    assert [status("public", path) for path in ("/v", "/v1/time", "/sign-in")] == [200, 404, 404]
    assert [status("staff", path) for path in ("/sign-in", "/v", "/v1/time")] == [200, 404, 404]


def test_staff_sign_in_by_tls_with_cookies_that_stay_there(deployment, tmp_path):
    person = deployment.gateway.hire("li.na", "operator")
    trusted = tmp_path / "authorities.pem"
    trusted.write_bytes(deployment.servers.pem())
    with requests.Session() as browser:
        browser.trust_env = False
        browser.verify = str(trusted)
        page = browser.get(deployment.url("staff") + "/sign-in", timeout=20)
        token = re.search(r'name="token" value="([^"]+)"', page.text).group(1)
        form = {"token": token, "name": "li.na", "password": person.password, "code": person.code()}
        forged = browser.post(page.url, data=form, headers={"origin": "https://evil.example"}, timeout=20)
        assert forged.status_code == 403
        done = browser.post(
            page.url, data=form, headers={"origin": deployment.url("staff")}, timeout=20, allow_redirects=False
        )
        assert done.status_code == 303
        assert done.headers["set-cookie"].startswith("__Host-staff=")
        assert done.headers["set-cookie"].endswith("; Path=/; HttpOnly; SameSite=Strict; Secure")
        assert "登录" not in browser.get(deployment.url("staff"), timeout=20).text


class From(requests.adapters.HTTPAdapter):
    """Connections from one address of this machine."""

    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, source_address=(self.address, 0), **kwargs)


def signs_in(deployment, trusted, address, form, **headers):
    """The status of an attempt to sign in from this address."""
    url = deployment.url("staff") + "/sign-in"
    with requests.Session() as browser:
        browser.mount("https://", From(address))
        browser.trust_env = False
        browser.verify = str(trusted)
        token = re.search(r'name="token" value="([^"]+)"', browser.get(url, timeout=20).text).group(1)
        own = {"origin": deployment.url("staff"), **headers}
        return browser.post(
            url, data={"token": token, **form}, headers=own, timeout=20, allow_redirects=False
        ).status_code


def test_a_stranger_at_another_address_locks_nobody_out_whatever_he_says_of_himself(deployment, tmp_path):
    person = deployment.gateway.hire("wang.wu", "operator")
    trusted = tmp_path / "authorities.pem"
    trusted.write_bytes(deployment.servers.pem())
    wrong = {"name": "wang.wu", "password": "Wrong-Password-1", "code": "000000"}
    for n in range(6):
        said = {"x-client-address": "127.0.0.1" if n % 2 else f"10.0.0.{n}"}
        assert signs_in(deployment, trusted, "127.0.0.2", wrong, **said) == 403
    right = {"name": "wang.wu", "password": person.password}
    assert signs_in(deployment, trusted, "127.0.0.2", {**right, "code": person.code()}) == 403
    assert [row["state"] for row in deployment.gateway.answer("staff", "list") if row["name"] == "wang.wu"] == [
        "locked for a while"
    ]
    assert signs_in(deployment, trusted, "127.0.0.1", {**right, "code": person.code()}) == 303


def test_while_the_gateway_is_away_terminals_are_asked_to_come_later(gateway_class, tmp_path):
    folder = Path(tempfile.mkdtemp(prefix="ngx-"))
    deployment = Deployment(folder, gateway_class)
    try:
        deployment.start()
        terminal = Terminal(deployment, tmp_path / "terminal", "T0001")
        terminal.enrol()
        assert deployment.gateway.end() == 0
        assert list(deployment.sockets.iterdir()) == []
        assert terminal.outcomes()["upload"] == Later("status-503", 30.0)
    finally:
        deployment.stop()
        shutil.rmtree(folder)


def test_no_log_keeps_where_the_public_or_staff_came_from_or_what_they_asked(gateway_class, tmp_path):
    folder = Path(tempfile.mkdtemp(prefix="ngx-"))
    deployment = Deployment(folder, gateway_class)
    try:
        deployment.start()
        terminal = Terminal(deployment, tmp_path / "terminal", "T0001")
        authority = str(terminal.data / TLS_FOLDER / "authorities.pem")

        def asked(part, until):
            """The answers to the same question, asked until each of these was among them."""
            found = set()
            with requests.Session() as browser:
                browser.trust_env, browser.verify = False, authority
                for _ in range(1000):
                    answer = browser.get(deployment.url(part) + pages[part], timeout=20, allow_redirects=False)
                    assert "content-encoding" not in answer.headers
                    found.add(answer.status_code)
                    if until <= found:
                        break
            return found

        pages = {"public": "/v?code=SECRET", "staff": "/certificates?number=SECRET"}
        assert asked("public", {200}) == {200}
        assert asked("staff", {303}) == {303}
        assert deployment.gateway.end() == 0
        for part in pages:
            assert asked(part, {502, 503}) == {502, 503}, "away, and more than five in a second"
        assert requests.get(
            deployment.url("terminals") + "/v1/time", cert=str(terminal.client), verify=authority, timeout=20
        ).status_code == 503  # fmt: skip
        written = "".join(path.read_text() for path in deployment.log.iterdir())
        assert "SECRET" not in written
        assert {line.partition("request: ")[2][:9] for line in written.splitlines() if "client: " in line} == {
            '"GET /v1/'
        }
    finally:
        deployment.stop()
        shutil.rmtree(folder)


def test_a_gateway_behind_a_proxy_must_be_told_its_addresses_and_leaves_no_ports_open(gateway_class, tmp_path):
    gateway = gateway_class(tmp_path / "data")
    gateway.command("init")
    said = gateway.command("serve", "--behind-proxy", str(tmp_path), expect=2)
    assert "https addresses" in said


def test_an_unfit_certificate_file_is_named_before_anything_is_sent(deployment, terminal):
    for content, mode in ((b"no certificate", 0o600), (terminal.client.read_bytes(), 0o644), (b"", 0o600)):
        terminal.client.write_bytes(content)
        terminal.client.chmod(mode)
        with pytest.raises(TlsFilesUnfit, match="tls"):
            terminal.sender()


def test_enrolment_needs_the_certificate_of_the_number_that_is_enrolled(deployment, tmp_path):
    terminal = Terminal(deployment, tmp_path / "terminal", "T0002")
    deployment.clients.make(terminal.client, "T0003")
    with pytest.raises(EnrolmentRefused) as caught:
        terminal.enrol()
    assert caught.value.code == "client-certificate-other-terminal"
    deployment.clients.make(terminal.client, "T0002")
    terminal.enrol()
