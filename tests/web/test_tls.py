"""``eoc serve --tls CERT KEY``: HTTPS, Secure cookies, and sockets through it."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import websocket
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.browser.served import Served


class Secure(Served):
    """The application with an https address."""

    @property
    def environ(self) -> dict[str, str]:
        """The settings, with the public address people would type."""
        return super().environ | {"EOC_PUBLIC_URL": "https://127.0.0.1:8050"}


def certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for 127.0.0.1, valid today, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(here, critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(*pem, serialization.NoEncryption()))
    return paths


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Served, Path]]:
    cert, key = certificate(tmp_path)
    server = Secure(tmp_path / "state", worker=False)
    server.state_dir.mkdir()
    server.seed()
    server.start(0, "--tls", str(cert), str(key))
    yield server, cert
    server.stop()


def test_it_serves_https_with_secure_cookies_and_sockets(served: tuple[Served, Path]) -> None:
    server, cert = served
    assert server.url.startswith("https://")
    trusting = ssl.create_default_context(cafile=cert)
    answer = httpx.get(f"{server.url}/login", verify=trusting)
    assert answer.status_code == 200
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    address = server.url.replace("https", "wss") + "/socket.io/?EIO=4&transport=websocket"
    line = websocket.create_connection(address, sslopt={"ca_certs": str(cert)}, timeout=10)
    assert line.recv().startswith("0{")
    line.close()
