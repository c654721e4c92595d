"""Evaluation URLs that the notifier may call: their form, their host, and the address behind it.

A caller names this URL and our function calls it, so it must not become a way to reach what only
our function can reach. The form and the host are checked at the door and before each send; the
address is checked when it is known, which is at each send.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum

from deployer.domain.address import LOOPBACK, Address, looks_numeric, parse_numeric, special_kind

MAX_URL_LENGTH = 2048
HTTPS_PORTS = frozenset({443, 8443})
"""The ports of web servers; the others belong to databases, mail and the like."""

# RFC 3986, and no more: what is left out (blanks, backslashes, control characters, letters beyond
# ASCII, percent signs in a host) is what parsers read in different ways.
_FORM = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
    r"(?P<authority>[A-Za-z0-9._~%!$&'()*+,;=:@\[\]-]*)"
    r"(?P<rest>(?:[/?#][A-Za-z0-9._~%!$&'()*+,;=:@/?#\[\]-]*)?)"
)
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:@%]+)(?::(?P<port>[0-9]{0,5}))?")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_INNER_NAMES = frozenset(
    {"localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home", "lan"}
)
"""Last labels that are no public name's: RFC 6761, RFC 6762, and ICANN's reserved ones."""
_PATTERN = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)+")


class Network(StrEnum):
    """The networks that the notifier may reach."""

    PUBLIC = "public"
    LOCAL = "local"
    """Also this machine, and over plain HTTP: for the local cloud alone."""


class ForbiddenDestinationError(ValueError):
    """The notifier may not go there. `reason` says why, and follows on the URL's name.

    `detail` is for the caller alone: the reason is shown in the status, where the URL is private.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


@dataclass(frozen=True)
class EvaluationUrl:
    """The parts of an evaluation URL that decide where it leads."""

    scheme: str
    host: str
    """Lower case, without brackets and without the dot of the DNS root."""
    port: int

    @classmethod
    def parse(cls, url: str) -> EvaluationUrl:
        """
        Raises:
            ForbiddenDestinationError: it is not an http or https URL of the strict form.
        """
        if len(url) > MAX_URL_LENGTH:
            raise ForbiddenDestinationError(f"must have at most {MAX_URL_LENGTH} characters")
        form = _FORM.fullmatch(url)
        scheme = form["scheme"].lower() if form else ""
        if form is None or scheme not in ("http", "https"):
            raise ForbiddenDestinationError(
                "must be an https URL in plain ASCII characters, such as https://example.com/notify"
            )
        if "@" in form["authority"]:
            raise ForbiddenDestinationError("must not carry a user name or a password")
        authority = _AUTHORITY.fullmatch(form["authority"])
        port = int((authority and authority["port"]) or (443 if scheme == "https" else 80))
        if authority is None or not 0 < port < 65536:
            raise ForbiddenDestinationError("must have a host, and a port from 1 to 65535 if any")
        host = authority["host"].lower().removesuffix(".").strip("[]")
        return cls(scheme, host, port)

    @property
    def literal(self) -> Address | None:
        """The address that the host spells, if it is none that is looked up.

        Raises:
            ForbiddenDestinationError: it spells one in an unusual way, or a name that cannot be.
        """
        if ":" in self.host:
            try:
                return ipaddress.IPv6Address(self.host)
            except ValueError:
                raise ForbiddenDestinationError("has no IPv6 address", self.host) from None
        if looks_numeric(self.host):
            try:
                return parse_numeric(self.host)
            except ValueError:
                raise ForbiddenDestinationError("has no IPv4 address", self.host) from None
        if len(self.host) > 253 or not all(map(_LABEL.fullmatch, self.host.split("."))):
            raise ForbiddenDestinationError("must have a host name that DNS allows")
        return None


@dataclass(frozen=True)
class EvaluationRules:
    """The evaluation URLs that this installation's notifier may call.

    `hosts`: the names that are allowed, `example.com` or `*.example.com` (any name below it);
    none for every public host.
    """

    network: Network = Network.PUBLIC
    hosts: tuple[str, ...] = ()

    def check(self, url: str) -> EvaluationUrl:
        """The parts of `url`, if the notifier may call it, as far as can be told without DNS.

        Raises:
            ForbiddenDestinationError: it may not.
        """
        parts = EvaluationUrl.parse(url)
        literal = parts.literal
        if literal is not None:
            self._check_literal(literal, parts.host)
        elif self._is_inner(parts.host):
            raise ForbiddenDestinationError(
                "must have a host that the internet reaches", parts.host
            )
        if self.hosts and not any(_matches(parts.host, pattern) for pattern in self.hosts):
            raise ForbiddenDestinationError(
                "has a host that this service does not notify", f"it knows {', '.join(self.hosts)}"
            )
        self._check_transport(parts)
        return parts

    def check_address(self, address: Address) -> None:
        """
        Raises:
            ForbiddenDestinationError: the notifier may not connect to `address`.
        """
        kind = special_kind(address)
        if kind and not (kind == LOOPBACK and self.network is Network.LOCAL):
            raise ForbiddenDestinationError(
                f"leads to {kind}, not to a host that the internet reaches", str(address)
            )

    def _check_literal(self, literal: Address, host: str) -> None:
        self.check_address(literal)
        if literal.version == 4 and host != str(literal):
            raise ForbiddenDestinationError("spells its address in an unusual way", str(literal))

    def _check_transport(self, parts: EvaluationUrl) -> None:
        if self.network is Network.LOCAL:
            return
        if parts.scheme != "https":
            raise ForbiddenDestinationError("must be an https URL: a notification goes encrypted")
        if parts.port not in HTTPS_PORTS:
            allowed = " or ".join(map(str, sorted(HTTPS_PORTS)))
            raise ForbiddenDestinationError("has a port that is not allowed", f"give {allowed}")

    def _is_inner(self, host: str) -> bool:
        labels = host.split(".")
        if self.network is Network.LOCAL and labels[-1] == "localhost":
            return False
        inner = labels[-1] in _INNER_NAMES or labels[-2:] == ["home", "arpa"]
        return inner or len(labels) == 1


def check_pattern(pattern: str) -> str:
    """Return `pattern`, in lower case, if it can name allowed hosts.

    Raises:
        ValueError: it cannot.
    """
    lowered = pattern.strip().lower()
    if not _PATTERN.fullmatch(lowered):
        raise ValueError(f"{pattern!r} is not a host, such as example.com or *.example.com")
    return lowered


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:])
    return host == pattern
