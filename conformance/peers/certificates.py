"""Makes the certificates of a matrix in a folder: an authority, a server of this computer, and a client that is `alice`.

RSA, because CredSSP peers take the server's key as PKCS #1 and nothing else.
"""

import datetime
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

UPN = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
"""[MS-WCCE 2.2.2.7.7.4] szOID_NT_PRINCIPAL_NAME, by which WinRM maps a client's certificate to an account."""


def utf8_string(text):
    octets = text.encode()
    return bytes([0x0C, len(octets)]) + octets


def issue(name, issuer, purpose=None, names=()):
    """A certificate and its key; `issuer` is such a pair, or None for a self-signed authority."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if issuer:
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer[1].public_key())
        builder = builder.add_extension(authority, critical=False)
    if purpose:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(names)), critical=False)
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256()), key


def write(folder, name, certificates, key):
    pem = b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in certificates)
    (folder / f"{name}.pem").write_bytes(pem)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / f"{name}.key").write_bytes(key.private_bytes(encoding, form, serialization.NoEncryption()))


def main(arguments):
    folder = Path(arguments[0])
    folder.mkdir(exist_ok=True)
    authority = issue("Matrix Authority", None)
    addresses = [x509.DNSName("localhost")]
    server = issue("localhost", authority, ExtendedKeyUsageOID.SERVER_AUTH, addresses)
    upn = x509.OtherName(UPN, utf8_string("alice@example.test"))
    client = issue("alice", authority, ExtendedKeyUsageOID.CLIENT_AUTH, [upn])
    write(folder, "authority", [authority[0]], authority[1])
    write(folder, "server", [server[0], authority[0]], server[1])
    # The authority goes along: by it the server finds the mapping.
    write(folder, "client", [client[0], authority[0]], client[1])
    print(authority[0].fingerprint(hashes.SHA1()).hex().upper())


if __name__ == "__main__":
    main(sys.argv[1:])
