"""A mail server on this machine that asks for a password: `smtp.py FOLDER MODE NAME`. MODE is starttls, implicit or
plain, NAME the one that its certificate is for; the certificate of who signed it goes into FOLDER. It prints its port, then
each attempt to sign in and each mail as a line of JSON, and serves until its input ends."""

import asyncio
import datetime
import json
import ssl
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

folder, mode, name = Path(sys.argv[1]), sys.argv[2], sys.argv[3]


def say(**what):
    print(json.dumps(what), flush=True)


def certificate(subject, key, issuer, issuer_key, *extensions):
    now = datetime.datetime.now(datetime.timezone.utc)
    named = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(subject))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def tls():
    authority, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    is_ca = (x509.BasicConstraints(ca=True, path_length=None), True)
    is_host = (x509.SubjectAlternativeName([x509.DNSName(name)]), False)
    (folder / "ca.pem").write_bytes(certificate("Test CA", authority, "Test CA", authority, is_ca))
    key = own.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "own.pem").write_bytes(certificate(name, own, "Test CA", authority, is_host) + key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "own.pem")
    return context


class Handler:
    async def handle_DATA(self, server, session, envelope):
        say(
            mail=envelope.content.decode(),
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            encrypted=session.ssl is not None or mode == "implicit",
        )
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b"audit", b"right-password")
    say(signed_in=good, user=data.login.decode())
    return AuthResult(success=good, handled=good)


def protocol():
    return SMTP(
        Handler(),
        hostname="localhost",
        authenticator=authenticate,
        auth_required=mode != "plain",
        auth_require_tls=mode == "starttls",
        tls_context=context if mode == "starttls" else None,
        require_starttls=mode == "starttls",
    )


async def serve():
    wrapped = context if mode == "implicit" else None
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=wrapped)
    say(port=server.sockets[0].getsockname()[1])
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


context = tls()
asyncio.run(serve())
