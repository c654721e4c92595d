"""IP addresses of public servers, told apart from all others.

Sources: the IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890), and the cloud
providers' own documentation for their metadata services. `ipaddress.is_global` is not enough: it
says yes to NAT64, 6to4 and multicast addresses, which lead to private ones.
"""

from __future__ import annotations

import ipaddress
import re

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

METADATA = "a cloud's metadata service"
LOOPBACK = "a loopback address"
_DOCUMENTATION = "a documentation address"
_PRIVATE = "a private address"
_RESERVED = "a reserved address"

_KINDS = tuple(
    (ipaddress.ip_network(network), kind)
    for network, kind in (
        ("169.254.169.254/32", METADATA),
        ("169.254.170.0/24", METADATA),  # AWS: credentials of containers
        ("100.100.100.200/32", METADATA),  # Alibaba
        ("168.63.129.16/32", METADATA),  # Azure; a public address
        ("fd00:ec2::/32", METADATA),  # AWS
        ("0.0.0.0/8", "an unspecified address"),
        ("10.0.0.0/8", _PRIVATE),
        ("100.64.0.0/10", "a carrier-grade NAT address"),
        ("127.0.0.0/8", LOOPBACK),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", _PRIVATE),
        ("192.0.0.0/24", _RESERVED),
        ("192.0.2.0/24", _DOCUMENTATION),
        ("192.88.99.0/24", "a 6to4 address"),
        ("192.168.0.0/16", _PRIVATE),
        ("198.18.0.0/15", "a benchmark address"),
        ("198.51.100.0/24", _DOCUMENTATION),
        ("203.0.113.0/24", _DOCUMENTATION),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", _RESERVED),
        ("::/128", "an unspecified address"),
        ("::1/128", LOOPBACK),
        ("::/96", "an IPv4-compatible address"),
        ("::ffff:0:0/96", "an IPv4-mapped address"),
        ("64:ff9b::/96", "a NAT64 address"),
        ("64:ff9b:1::/48", "a NAT64 address"),
        ("fc00::/7", _PRIVATE),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", _PRIVATE),
        ("ff00::/8", "a multicast address"),
        ("2001::/32", "a Teredo address"),
        ("2001:2::/48", "a benchmark address"),
        ("2001::/23", _RESERVED),
        ("2001:db8::/32", _DOCUMENTATION),
        ("2002::/16", "a 6to4 address"),
        ("3fff::/20", _DOCUMENTATION),
    )
)
"""The first network that holds an address says what it is."""
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All that IANA has given out for IPv6; what is outside is somebody's own."""

_PARTS = re.compile(r"0[xX][0-9A-Fa-f]*|[0-9]+")


def special_kind(address: Address) -> str | None:
    """The kind of an address that no public server has; None for a public server's."""
    for network, kind in _KINDS:
        if address in network:
            return kind
    if address.version == 6 and address not in _GLOBAL_UNICAST:
        return _RESERVED
    return None


def looks_numeric(host: str) -> bool:
    """True if a name resolver would read `host` as an IPv4 address: its last part is a number."""
    return bool(_PARTS.fullmatch(host.rsplit(".", 1)[-1]))


def parse_numeric(host: str) -> ipaddress.IPv4Address:
    """The address that `host` spells, in any of the forms that `inet_aton` takes.

    One to four parts, each decimal, octal (`0177`) or hexadecimal (`0x7f`); the last one fills
    the bytes that are left.

    Raises:
        ValueError: it spells none.
    """
    parts = host.split(".")
    if len(parts) > 4 or not all(_PARTS.fullmatch(part) for part in parts):
        raise ValueError("is not an IPv4 address")
    *leading, last = [_number(part) for part in parts]
    if any(part > 255 for part in leading) or last >= 256 ** (5 - len(parts)):
        raise ValueError("is not an IPv4 address")
    value = last
    for place, part in enumerate(leading):
        value += part << 8 * (3 - place)
    return ipaddress.IPv4Address(value)


def _number(part: str) -> int:
    if len(part) > 16:
        raise ValueError("is not an IPv4 address")
    if part[:2].lower() == "0x":
        return int(part[2:] or "0", 16)
    return int(part, 8 if part.startswith("0") else 10)
