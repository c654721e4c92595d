"""Whom a page may talk to, and whose code it may run."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tree_sitter import Node

from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.gates.acting import Acting, acting, local_name
from deployer.generation.judging.subject import Subject
from deployer.generation.reading.javascript import Script, arguments, source, string_value
from deployer.generation.reading.markup import Element
from deployer.generation.reading.urls import authorities_in, authority, host, plain

CODE_HOSTS = frozenset(
    {
        "cdn.jsdelivr.net",
        "cdnjs.cloudflare.com",
        "unpkg.com",
        "fonts.googleapis.com",
        "fonts.gstatic.com",
        "code.jquery.com",
        "cdn.tailwindcss.com",
        "ajax.googleapis.com",
        "cdn.plot.ly",
        "d3js.org",
        "esm.sh",
        "cdn.skypack.dev",
        "maxcdn.bootstrapcdn.com",
        "stackpath.bootstrapcdn.com",
        "use.fontawesome.com",
        "kit.fontawesome.com",
    }
)
"""Whose code and styles a page may load, whatever the brief says."""
NAMED_ONLY = frozenset({"www.w3.org", "json-schema.org", "schema.org"})
"""Hosts that stand in names and are never asked for anything."""


_LOADS_CODE = frozenset({"script", "link", "iframe", "frame", "object", "embed"})
_STILL = frozenset(
    {"about", "alt", "cite", "class", "content", "for", "id", "itemid", "itemtype", "label",
     "name", "pattern", "placeholder", "prefix", "property", "resource", "title", "typeof",
     "value", "vocab"}
)  # fmt: skip
"""Attributes that load and send nothing, whatever stands in them."""
_STILL_RELATIONS = frozenset(
    {"canonical", "alternate", "author", "license", "help", "me", "next", "prev"}
)
_ANYBODYS = re.compile(r"(?:^|[/,])gh/([^/@,]+/[^/@,]+)", re.IGNORECASE)
"""Where a library host serves any repository of GitHub."""
_CODE_IN_TEXT = re.compile(r"<script|\.m?js(\?|#|$)", re.IGNORECASE)
_DATA_CODE = re.compile(r"data:[^,]*(?:java|ecma|live|j)script|data:text/html", re.IGNORECASE)


@dataclass(frozen=True)
class Rules:
    """Whom the caller's own words allow."""

    subject: Subject

    @cached_property
    def named(self) -> frozenset[str]:
        return hosts_in(self.subject.all_text)

    def refuse(self, found: str, *, code: bool) -> str | None:
        """Why a browser must not ask the host of an authority; None if it may."""
        name = host(found)
        if "@" in found:
            return f"{name}, and hides it behind a user name"
        allowed = CODE_HOSTS | NAMED_ONLY | (frozenset() if code else self.named)
        if name in allowed or not name:
            return None
        return f"{name}, which serves no libraries" if code else f"{name}, which was not named"

    def refuse_path(self, url: str) -> str | None:
        """Why the code at an address of a library host must not be loaded."""
        if host(authority(url)) not in CODE_HOSTS:
            return None
        repositories = [match[0].lstrip("/,") for match in _ANYBODYS.finditer(url)]
        foreign = [one for one in repositories if not self.subject.asked_for(one)]
        return (
            f"{foreign[0]}, which is anybody's code: take a package from /npm/" if foreign else None
        )


def inspect(subject: Subject) -> Iterator[Finding]:
    rules = Rules(subject)
    yield from _tainted(subject, rules)
    for each in acting(subject):
        for reference in _references(each):
            yield from _judge(each.path, reference, rules)


@dataclass(frozen=True)
class Reference:
    """A text with the addresses that something loads from or sends to."""

    by: str
    text: str
    code: bool = False
    """Whether what comes from there can act in the page: code, frames, libraries' styles."""


def _judge(path: str, reference: Reference, rules: Rules) -> Iterator[Finding]:
    for found in dict.fromkeys(authorities_in(reference.text)):
        if reason := rules.refuse(found, code=reference.code):
            verb = "loads code from" if reference.code else "asks"
            yield _finding(f"{path}: {host(found)}", f"{reference.by} {verb} {reason}")
    if reason := rules.refuse_path(reference.text):
        yield _finding(f"{path}: {reference.text}", f"{reference.by} loads {reason}")
    if reference.code and _DATA_CODE.match(plain(reference.text)):
        yield _finding(f"{path}: data", f"{reference.by} loads code from a data: address")


def _references(each: Acting) -> Iterator[Reference]:
    for element in each.elements:
        yield from _of_element(element)
    for code in each.scripts:
        yield from _of_script(code)
    for style in each.styles:
        yield from _of_style(style)


def _of_element(element: Element) -> Iterator[Reference]:
    tag = local_name(element)
    relations = set(element.attributes.get("rel", "").lower().split())
    if tag == "link" and relations and relations <= _STILL_RELATIONS:
        return
    for name, value in element.attributes.items():
        link = tag in ("a", "area") and name in ("href", "xlink:href")
        if link or name in _STILL or name.startswith(("xmlns", "on", "aria-")) or name == "style":
            continue
        code = tag in _LOADS_CODE and name in ("src", "href", "xlink:href", "data")
        for part in dict.fromkeys([value, *re.split(r"[\s,;]+", value)]):
            if authority(part) or code:
                yield Reference(f"<{tag} {name}>", part, code)
    if tag == "script" and element.attributes.get("type", "").strip().lower() == "importmap":
        yield from (Reference("an import map", text, True) for text in _strings(element.text))


def _strings(text: str) -> Iterator[str]:
    """The strings of a JSON text, however deep; the text itself if it is none."""
    try:
        waiting = [json.loads(text)]
    except (ValueError, RecursionError):
        waiting = [text]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value


def _of_script(code: Script) -> Iterator[Reference]:
    for text in code.strings:
        yield Reference("a script", text, bool(_CODE_IN_TEXT.search(text)))
    for node in _imported(code):
        yield Reference("an import", string_value(node) or "", True)
    if code.root.has_error:
        # Whatever a browser makes of it, no address in it may be foreign.
        yield Reference("a script", html.unescape(code.text))


def _imported(code: Script) -> Iterator[Node]:
    """The literals that a script loads code by."""
    for node in code.of_type("import_statement", "export_statement"):
        if (module := node.child_by_field_name("source")) is not None:
            yield module
    for node in code.of_type("call_expression", "new_expression"):
        called = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        if re.search(r"(?:^|\.)(?:import|importScripts|(?:Shared)?Worker)$", source(called)):
            yield from arguments(node)


_CSS_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})[ \n\t]?|(.))", re.DOTALL)


def _of_style(style: str) -> Iterator[Reference]:
    """Every address that follows a quote or a bracket, with CSS's escapes read."""
    text = _CSS_ESCAPE.sub(
        lambda m: m[2] or (chr(int(m[1], 16)) if int(m[1], 16) < 0x110000 else ""), style
    )
    for match in re.finditer(r"[\"'(]\s*([^\"'()]+)", text):
        if found := authority(match[1]):
            yield Reference("a style", f"//{found}/")


def _tainted(subject: Subject, rules: Rules) -> Iterator[Finding]:
    """A host that only an attachment names is in no file, not even in a link."""
    texts = (a.content.decode("utf-8", "replace") for a in subject.assignment.attachments)
    tainted = frozenset(h for text in texts for h in hosts_in(text))
    tainted -= rules.named | CODE_HOSTS | NAMED_ONLY
    for path in subject.changed if tainted else ():
        for found in sorted(hosts_in(html.unescape(subject.site.text(path))) & tainted):
            yield _finding(
                f"{path}: {found}", f"{path} names {found}, which only an attachment names"
            )


def hosts_in(text: str) -> frozenset[str]:
    """The hosts of all absolute addresses in a text."""
    return frozenset(host(found) for found in authorities_in(text))


def _finding(about: str, problem: str) -> Finding:
    return Finding(Severity.FORBIDDEN, "host", about, f"{problem}: remove it")
