"""An SMTP relay (aiosmtpd) that takes, refuses, forgets to answer or hangs up; with STARTTLS when given a certificate."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.peers.http_receiver import free_port


@dataclass
class MailBehaviour:
    """What the relay does. `refuse` and `later` name recipients.

    `data_answer` is the reply to the content, `stall_seconds` how late it comes, `hang_up` drops the line instead.
    """

    refuse: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)
    data_answer: str = "250 OK"
    stall_seconds: float = 0.0
    hang_up: bool = False
    envelopes: list[Any] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if address in self.refuse:
            return "550 no such mailbox"
        if address in self.later:
            return "450 come again"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.envelopes.append(envelope)
        self.encrypted.append(session.ssl is not None)
        if self.hang_up:
            server.transport.abort()
        await asyncio.sleep(self.stall_seconds)
        return self.data_answer


@contextmanager
def mail_relay(behaviour: MailBehaviour, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a relay that runs for the time of the block."""
    port = free_port()
    controller = Controller(behaviour, hostname="127.0.0.1", port=port, tls_context=tls, require_starttls=tls is not None, server_hostname="relay.invalid")
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def certificate(directory: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A new self-signed certificate for 127.0.0.1: the relay's context and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay.invalid")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(hours=1), now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain = directory / "relay.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain)
    client = ssl.create_default_context(cafile=str(chain))
    client.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return server, client
