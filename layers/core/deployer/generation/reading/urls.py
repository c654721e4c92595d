"""Hosts of addresses, as browsers read them (https://url.spec.whatwg.org)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote, urljoin, urlsplit

_STRIPPED = "".join(map(chr, range(0x21)))
"""C0 controls and space: no part of an address at its ends."""
_DROPPED = re.compile(r"[\t\n\r]")
_ABSOLUTE = re.compile(r"(?:(?:https?|wss?|ftp):[\\/]*|[\\/]{2,})([^\\/?#]*)", re.IGNORECASE)
_WITHIN = re.compile(
    r"""(?:(?:https?|wss?|ftp):[\\/\t\n\r]*[\\/]|(?:^|["'=(,\s])(?:[\\/]){2,})([^\s\\/?#"'<>()`,;]+)""",
    re.IGNORECASE,
)


def plain(url: str) -> str:
    """`url` without the characters that a browser takes out before it reads it."""
    return _DROPPED.sub("", url.strip(_STRIPPED))


def authority(url: str) -> str:
    """The `user@host:port` of `url` as it is written; empty if it leads to the page's own host. A
    slash may be a backslash, and there may be any number of them."""
    match = _ABSOLUTE.match(plain(url))
    return match[1] if match and not re.search(r"[\s<>^|]", match[1]) else ""


def host(found: str) -> str:
    """The host of an authority. Odd spellings stay as they are: no list of hosts has them."""
    return re.sub(r":\d*$", "", found.rpartition("@")[2]).lower().rstrip(".")


def authorities_in(text: str) -> Iterator[str]:
    """The authorities of all absolute addresses that stand anywhere in a text; of those without
    a scheme only what looks like a name with a dot or an address, as `//` also begins comments."""
    whole = authority(text)
    if whole and (re.match(r"\w+:", plain(text)) or _is_host(whole)):
        yield whole
    for match in _WITHIN.finditer(text):
        has_scheme = ":" in match[0].removesuffix(match[1])
        if has_scheme or _is_host(match[1]):
            yield match[1]


def _is_host(found: str) -> bool:
    name = host(found)
    return bool(re.search(r"[\w-][.\u3002\uff0e\uff61]\w\w|%2e|^\d+$|^0x[\da-f]+$|^\[", name))


OWN = "https://own.invalid"
"""Stands for the site's own origin, which nobody knows before it is published."""
_HARMLESS_SCHEMES = frozenset({"mailto", "tel", "sms", "blob", "data", "about", "javascript"})
"""Nothing is asked of a host."""
_FOREIGN_BEGINNINGS = ("http:", "https:", "ftp:", "ws:", "wss:", "intent:", "//", "/\\", "\\")


def elsewhere(text: str, *, whole: bool = True) -> str | None:
    """The host, or scheme, that an address leads to if not to the site itself; None if to it.

    Of an address that is not `whole`, only the beginning is known: if that does not settle it, the
    answer is empty.
    """
    address = plain(text)
    if address.lower().startswith(OWN) and (whole or address[len(OWN) :]):
        own = address[len(OWN) :][:1] in ("", "/", "?", "#")
        return None if own else host(authority(address))
    if found := authority(address):
        return host(found)
    scheme = re.match(r"([a-z][a-z0-9+.-]*):", address, re.IGNORECASE)
    if scheme:
        return None if scheme[1].lower() in _HARMLESS_SCHEMES else scheme[1].lower()
    settled = whole or not any(b.startswith(address.lower()) for b in _FOREIGN_BEGINNINGS)
    return None if settled else ""


def own_paths(address: str, page: str, base: str = "") -> Iterator[str]:
    """Paths in the site that an address in `page` may mean, as a browser resolves it.

    An address from the root begins with the repository's name, which may be any.
    """
    if elsewhere(address) is not None:
        return
    try:
        joined = urljoin(urljoin(f"{OWN}/{page}", _slashed(base)), _slashed(address))
    except ValueError:
        return
    path = posixpath.normpath(unquote(urlsplit(joined).path)).lstrip("/")
    if joined.startswith(f"{OWN}/") and path not in ("", "."):
        yield path
        if _slashed(address).startswith("/") and "/" in path:
            yield path.partition("/")[2]


def _slashed(address: str) -> str:
    return plain(address).replace("\\", "/")


def hosts_in(text: str) -> frozenset[str]:
    """The hosts of all absolute addresses in a text."""
    return frozenset(host(found) for found in authorities_in(text))
