"""The hosts that a site may use, by the kind of request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit


class Kind(StrEnum):
    """The kinds of requests that a policy tells apart."""

    CONNECT = "connect"
    """Data that a script asks for: fetch, XMLHttpRequest, WebSocket, EventSource, beacons."""
    IMG = "img"
    MEDIA = "media"
    FONT = "font"
    STYLE = "style"
    SCRIPT = "script"
    FRAME = "frame"
    FORM = "form"


ANY = "https:"
"""The source that is every host."""


@dataclass(frozen=True)
class Policy:
    """Sources by kind: a host, `*.` and a host for every name below it, a prefix of a URL, or ANY.

    Nothing here is about the site's own files, which a page may always use.
    """

    sources: Mapping[Kind, frozenset[str]] = field(default_factory=dict)

    def of(self, kind: Kind) -> tuple[str, ...]:
        return tuple(sorted(self.sources.get(kind, frozenset())))

    def allows(self, url: str, kind: Kind | None = None) -> bool:
        """True if a page may ask for the absolute address `url`, by any kind of request or `kind`.

        Only https, and wss for data: a published page is served over https.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("https", "wss") or not parts.hostname:
            return False
        kinds = self.sources if kind is None else (kind,)
        asked = parts._replace(path=parts.path or "/").geturl()
        return any(
            _covers(source, asked, parts.hostname) for one in kinds for source in self.of(one)
        )

    def joined(self, other: Policy) -> Policy:
        """Everything that either allows."""
        return Policy(
            {
                kind: self.sources.get(kind, frozenset()) | other.sources.get(kind, frozenset())
                for kind in {*self.sources, *other.sources}
            }
        )

    @property
    def any_host(self) -> bool:
        """True if the user of the page may choose a host."""
        return any(ANY in each for each in self.sources.values())

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of all sources, for people."""
        return tuple(
            sorted({host_of(s) for each in self.sources.values() for s in each if s != ANY})
        )


def policy(sources: Iterable[tuple[Kind, str]]) -> Policy:
    """The policy of single sources."""
    made: dict[Kind, set[str]] = {}
    for kind, source in sources:
        made.setdefault(kind, set()).add(source)
    return Policy({kind: frozenset(each) for kind, each in made.items()})


def host_of(source: str) -> str:
    """The host of a source, its `*.` included; ANY stays as it is."""
    return urlsplit(source).hostname or source if "/" in source else source


def _covers(source: str, url: str, host: str) -> bool:
    if source == ANY:
        return True
    if "/" in source:
        # CSP 3, 6.7.2.11: a path that ends with a slash is a prefix, another is the whole path.
        return url.startswith(source) if source.endswith("/") else url.split("?")[0] == source
    if source.startswith("*."):
        return host.endswith(source[1:])
    return host == source
