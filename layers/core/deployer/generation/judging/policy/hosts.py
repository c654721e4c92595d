"""Derive the policy of a site: from the words of its caller, and from the libraries it uses.

A host that stands in an attachment or in the repository alone is in no policy: whoever wrote that
file is not the caller.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import reduce

from deployer.domain.policy import Kind, Policy, host_of, policy
from deployer.domain.request import check_text
from deployer.domain.site import Site
from deployer.generation.assignment import Assignment
from deployer.generation.judging.policy.services import (
    anybodys_code,
    libraries,
    library_sources,
    services,
)
from deployer.generation.judging.policy.words import named_policy
from deployer.generation.reading.page import is_a
from deployer.generation.reading.urls import authority, host

_LINK = re.compile(r"<a\s[^<>]*>", re.IGNORECASE)
_NAME = re.compile(r"[\w.-]+")
_CODE = (".html", ".htm", ".shtml", ".js", ".mjs", ".css", ".json", ".svg", ".jsx", ".webmanifest")


def policy_for(assignment: Assignment, site: Site) -> Policy:
    """The policy of `site`: the hosts that it uses and its caller's words allow, and its libraries.

    A service is in it with all its hosts if the site names one that is its own.
    """
    words = _words(assignment)
    text = _LINK.sub("", "\n".join(site.text(path) for path in site if is_a(path, _CODE)))
    names = frozenset(name.strip(".").lower() for name in _NAME.findall(text) if "." in name)
    used = (
        service.used_in(text, names)
        for service in services()
        if service.free or service.words.search(words)
    )
    return _all([named_policy(words), _libraries(text), *used])


def granted(assignment: Assignment) -> Policy:
    """The hosts that the caller's own words allow, whatever the site will use."""
    words = _words(assignment)
    named = (service.policy for service in services() if service.words.search(words))
    return _all([named_policy(words), *named])


def _all(policies: Iterable[Policy]) -> Policy:
    return reduce(Policy.joined, policies, Policy())


def _words(assignment: Assignment) -> str:
    checks = (*assignment.checks, *assignment.earlier_checks)
    return "\n".join([assignment.brief, *assignment.earlier_briefs, *map(check_text, checks)])


def _libraries(text: str) -> Policy:
    """The sources of the site's libraries, and the hosts that these ask by themselves."""
    kinds = (Kind.SCRIPT, Kind.STYLE, Kind.FONT, Kind.IMG, Kind.CONNECT)
    loaded = policy((kind, source) for source in _loaded_from(text) for kind in kinds)
    fonts = [(Kind.FONT, "https://fonts.gstatic.com/")] if "fonts.googleapis.com" in text else []
    own = (library.policy for library in libraries() if library.words.search(text))
    return _all([loaded, policy(fonts), *own])


def _loaded_from(text: str) -> Iterator[str]:
    """The sources that the site names; all of a host's, where it names the host alone."""
    text = text.replace("\\", "/")
    foreign = {host(authority("//" + match[0])) for match in anybodys_code().finditer(text)}
    named = [source for source in library_sources() if host_of(source) in text]
    exact = {source: folders for source in named if (folders := _folders(source, text))}
    whole = {host_of(source) for source in exact}
    for source in named:
        if host_of(source) not in foreign:
            if source in exact:
                yield from exact[source]
            elif host_of(source) not in whole:
                yield source


def _folders(source: str, text: str) -> frozenset[str]:
    """The source as the site names it: a repository's is a folder for each version (CSP 3, 6.7.2.11
    has no prefix that ends within a name)."""
    version = "" if source.endswith("/") else r"(?:@[\w.-]+)?/"
    pattern = re.escape(source.removeprefix("https:")) + version
    return frozenset(f"https:{found}" for found in re.findall(pattern, text))
