"""A throw-away certificate authority for one run of the simulator, and the server certificate that it vouches for."""

import os
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST_NAME = "localhost"
ADDRESS = "127.0.0.1"
# Real time, not the model's: clients check certificates by the real one, and some machines' clocks are a little slow.
VALID_BEFORE = timedelta(days=1)
VALID_AFTER = timedelta(days=30)


class CertificateFileError(Exception):
    """The CA certificate cannot be written; the message names the file and says why."""


@dataclass(frozen=True)
class Identity:
    """What a server shows to TLS clients, and what those must trust to believe it.

    `ca_certificate` is PEM, one certificate; `context` is ready to serve with. Both private keys are out of reach: the
    CA's is forgotten, the server's lives in `context` only.
    """

    ca_certificate: str
    context: ssl.SSLContext


def throw_away_identity() -> Identity:
    """Return a new CA and a server certificate for 127.0.0.1 and localhost, valid from yesterday for a month.

    The server's key is on disk for the moment that it takes to load it, where only this user can read it. Raises
    OSError when there is no temporary directory.
    """
    ca_key = ec.generate_private_key(ec.SECP256R1())
    server_key = ec.generate_private_key(ec.SECP256R1())
    ca = _ca_certificate(ca_key)
    server = _server_certificate(server_key, ca, ca_key)
    return Identity(_pem(ca).decode(), _context(server, server_key))


def write_certificate(path: Path, certificate: str) -> None:
    """Write a PEM certificate, for all to read: a reader finds the whole new file or whatever was there before.

    Raises CertificateFileError.
    """
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            staged.write_text(certificate, encoding="ascii")
            staged.replace(path)
        finally:
            staged.unlink(missing_ok=True)
    except OSError as error:
        raise CertificateFileError(f"The CA certificate cannot be written to {path}: {error.strerror}") from error


def _ca_certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = _name("Simulated Alibaba Cloud, throw-away CA")
    usage = _usage(key_cert_sign=True, crl_sign=True)
    return (
        _begun(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )


def _server_certificate(
    key: ec.EllipticCurvePrivateKey, ca: x509.Certificate, ca_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    names = [x509.DNSName(HOST_NAME), x509.IPAddress(IPv4Address(ADDRESS))]
    return (
        _begun(_name("Simulated Alibaba Cloud"), ca.subject, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - VALID_BEFORE)
        .not_valid_after(now + VALID_AFTER)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _context(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # The ssl module takes keys from files only; mkdtemp makes the directory for this user alone.
    with tempfile.TemporaryDirectory() as directory:
        chain = Path(directory, "server.pem")
        chain.write_bytes(_pem(certificate) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        context.load_cert_chain(chain)
    return context


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
