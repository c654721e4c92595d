"""All of the internet on one port of this machine: HTTP and HTTPS for any name, and UDP.

A browser whose names all lead here shows whom a page contacts: each connection is noted, a bare
one too.
"""

from __future__ import annotations

import contextlib
import functools
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deployer.adapters.chromium.answers import Asked, Reply
from deployer.adapters.chromium.published import HOST, PublishedSite, media_type
from deployer.domain.site import Site

_TLS_HANDSHAKE = b"\x16"
_OPEN_TO_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Allow-Methods": "*",
}


@dataclass(frozen=True)
class Contact:
    """Somebody was contacted: `GET https://host/path`, or a connection over which nothing came."""

    host: str
    """As the page named it; the address for UDP, empty for a bare connection without TLS."""
    what: str
    """A method, `connect` or `udp`."""
    path: str = ""


class Internet:
    """The servers of every host. `replies` are the bodies of some URLs (without their query); any
    other URL is answered 200, empty."""

    def __init__(self, replies: Mapping[str, bytes] | None = None) -> None:
        self.replies = dict(replies or {})
        self._site = PublishedSite(Site())
        self._contacts: dict[object, Contact] = {}
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self.port = self._tcp.getsockname()[1]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        for serve in (self._accept, self._receive):
            threading.Thread(target=serve, daemon=True).start()

    @property
    def address(self) -> str:
        """`127.0.0.1:port`, over TCP and UDP."""
        return f"127.0.0.1:{self.port}"

    def publish(self, site: Mapping[str, bytes]) -> None:
        """Serve this site from now on, and forget whom the one before contacted."""
        self._site = PublishedSite(Site(site))
        self._contacts = {}

    def contacts(self) -> list[Contact]:
        """Contacts since the site was published, without the site's own host."""
        return [contact for contact in list(self._contacts.values()) if contact.host != HOST]

    def close(self) -> None:
        """Stop listening."""
        for listening in (self._tcp, self._udp):
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connected, _ = self._tcp.accept()
                threading.Thread(target=self._serve, args=(connected,), daemon=True).start()

    def _receive(self) -> None:
        with contextlib.suppress(OSError):
            while self._udp.recv(2048):
                self._note(object(), Contact(self.address, "udp"))

    def _note(self, connection: object, contact: Contact) -> None:
        """Note the contact that a connection was last seen to be for."""
        self._contacts[connection] = contact

    def _serve(self, connected: socket.socket) -> None:
        connected.settimeout(10)
        self._note(connected, Contact("", "connect"))

        def named(_: object, name: str | None, __: object) -> None:
            self._note(connected, Contact(name or "", "connect"))

        with contextlib.suppress(OSError), connected:
            if connected.recv(1, socket.MSG_PEEK) != _TLS_HANDSHAKE:
                self._exchange(connected, connected, "http")
                return
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(_certificate())
            tls.sni_callback = named
            with tls.wrap_socket(connected, server_side=True) as secured:
                self._exchange(connected, secured, "https")

    def _exchange(self, connection: object, stream: socket.socket, scheme: str) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            chunk = stream.recv(65536)
            if not chunk:
                return
            head += chunk
        lines = head.decode("latin-1").split("\r\n")
        host = next(line[6:] for line in lines if line.lower().startswith("host: "))
        host = host.rsplit(":", 1)[0]
        method, path, _ = lines[0].split(" ", 2)
        self._note(connection, Contact(host, method, path))
        stream.sendall(_bytes(self._reply(f"{scheme}://{host}{path}", method)))

    def _reply(self, url: str, method: str) -> Reply:
        own = self._site(Asked(url, method))
        if own is not None:
            return own
        path = urlsplit(url).path
        headers = {"Content-Type": media_type(path) if "." in path else "text/html", **_OPEN_TO_ALL}
        return Reply(200, headers, self.replies.get(url.partition("?")[0], b""))


def _bytes(reply: Reply) -> bytes:
    headers = {**reply.headers, "Content-Length": str(len(reply.body)), "Connection": "close"}
    lines = [f"HTTP/1.1 {reply.status} -", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + reply.body


@functools.cache
def _certificate() -> Path:
    """A file with a key and a certificate that it has signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "everybody")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int(time.time()))
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    place = Path(tempfile.mkdtemp(prefix="internet-"), "certificate.pem")
    place.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return place
