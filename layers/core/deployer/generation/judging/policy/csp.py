"""The policy as an element of every page (Content Security Policy Level 3, 3.3).

An element can hold all but `frame-ancestors`, `sandbox` and `report-uri`. It is put before
everything that could ask for something, and taken out again before a model sees the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from deployer.domain.policy import ANY, Kind, Policy
from deployer.domain.site import Site
from deployer.generation.reading.page import PAGES, is_a

_OWN = {
    Kind.SCRIPT: "'self' 'unsafe-inline' 'unsafe-eval' blob:",
    Kind.STYLE: "'self' 'unsafe-inline'",
    Kind.IMG: "'self' data: blob:",
    Kind.FONT: "'self' data:",
    Kind.CONNECT: "'self' data: blob:",
    Kind.MEDIA: "'self' data: blob:",
    Kind.FRAME: "'self' blob:",
    Kind.FORM: "'self'",
}
"""Sources of a page's own. Evaluation is among them: Vue, Alpine, htmx, Handlebars and
Pyodide need it, and a page's inline scripts, which no policy of ours can tell apart, could do the
same."""
_BEGINNING = f"default-src 'self'; script-src {_OWN[Kind.SCRIPT]}"
_OURS = re.compile(
    rf'\n<meta http-equiv="Content-Security-Policy" content="{re.escape(_BEGINNING)}[^"]*">'
)
_SPACE = r"[ \t\n\f\r]"
"""HTML's own: any other blank before the head would be the beginning of the body."""
_ATTRIBUTE = rf"""{_SPACE}+[^\s"'<>/=]+(?:{_SPACE}*={_SPACE}*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?"""
_START = re.compile(rf"\ufeff?{_SPACE}*<!doctype[^>]*>", re.IGNORECASE)
_HEAD = re.compile(
    rf"{_SPACE}*<html(?:{_ATTRIBUTE})*{_SPACE}*>{_SPACE}*<head(?:{_ATTRIBUTE})*{_SPACE}*>"
    rf"|{_SPACE}*<head(?:{_ATTRIBUTE})*{_SPACE}*>",
    re.IGNORECASE,
)
_CHARSET = re.compile(
    rf"""{_SPACE}*<meta{_SPACE}+charset{_SPACE}*={_SPACE}*["']?[\w-]+["']?{_SPACE}*/?>""",
    re.IGNORECASE,
)
_DIRECTIVES = {
    Kind.SCRIPT: "script-src",
    Kind.STYLE: "style-src",
    Kind.IMG: "img-src",
    Kind.FONT: "font-src",
    Kind.CONNECT: "connect-src",
    Kind.MEDIA: "media-src",
    Kind.FRAME: "frame-src",
    Kind.FORM: "form-action",
}


def with_policy(site: Site, policy: Policy) -> Site:
    """`site` with the policy in each of its HTML files, in the place of an earlier one of ours."""
    element = f'\n<meta http-equiv="Content-Security-Policy" content="{content(policy)}">'
    return _changed(site, lambda page: _inserted(_OURS.sub("", page), element))


def without_policy(site: Site) -> Site:
    """`site` as its author wrote it: the exact inverse of `with_policy`."""
    return _changed(site, lambda page: _OURS.sub("", page))


def content(policy: Policy) -> str:
    """The policy in words of CSP. A host is asked over https, for data over wss too."""
    parts = ["default-src 'self'"]
    for kind, directive in _DIRECTIVES.items():
        parts.append(" ".join([directive, _OWN[kind], *_sources(policy, kind)]))
    return "; ".join([*parts, "worker-src 'self' blob:", "object-src 'none'", "base-uri 'self'"])


def _sources(policy: Policy, kind: Kind) -> Iterator[str]:
    for source in policy.of(kind):
        if source == ANY:
            yield from ("https:", "wss:") if kind is Kind.CONNECT else ("https:",)
        elif "/" in source:
            yield source
        else:
            yield f"https://{source}"
            if kind is Kind.CONNECT:
                yield f"wss://{source}"


def _changed(site: Site, change: Callable[[str], str]) -> Site:
    changed = {}
    for path in site:
        text = site.text(path)
        # Bytes that are no UTF-8 are an attachment's: they stay as they came.
        if is_a(path, PAGES) and text.encode() == site[path] and (new := change(text)) != text:
            changed[path] = new.encode()
    return site.with_files(changed)


def _inserted(page: str, element: str) -> str:
    """The page with the element in its head, after the charset.

    Only a head that begins the page plainly is trusted to be one: in any other page the element
    comes first of all, where a browser makes a head for it.
    """
    at = 0
    for part in (_START, _HEAD, _CHARSET):
        match = part.match(page, at)
        if match is None:
            break
        at = match.end()
    return f"{page[:at]}{element}{page[at:]}"
