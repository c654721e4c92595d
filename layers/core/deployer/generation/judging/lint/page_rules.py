"""What breaks a static page whatever the checks say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from deployer.generation.judging.continuity import ELISION
from deployer.generation.judging.files_asked import unwanted_files
from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.subject import Subject
from deployer.generation.reading.javascript import script
from deployer.generation.reading.page import Page, fetched

Problem = tuple[str, str]
"""What it is about, and what is wrong with it."""

_PLACEHOLDERS = re.compile(
    r"\$\{(?:seed|result|nonce)\}|YOUR[_-](?:API[_-])?(?:KEY|TOKEN)|lorem ipsum|\bTODO\b|\bFIXME\b"
    r"|\[(?:Your|Insert) [^\]]{1,40}\]",
    re.IGNORECASE,
)


def inspect(subject: Subject) -> Iterator[Finding]:
    for page in subject.pages:
        for rule, check in _RULES.items():
            for about, problem in check(subject, page):
                yield Finding(Severity.QUALITY, rule, f"{page.path}: {about}", problem)
    yield from _other_files(subject)


def _markup(_: Subject, page: Page) -> Iterator[Problem]:
    for problem in page.markup.problems[:5]:
        yield re.sub(r"line \d+: ", "", problem), f"the HTML is broken: {problem}"
    ids = [element.id for element in page.markup.elements if element.id]
    for twice in sorted({i for i in ids if ids.count(i) > 1})[:5]:
        yield twice, f'id="{twice}" stands there more than once'


def _scripts(_: Subject, page: Page) -> Iterator[Problem]:
    for element in page.inline_scripts:
        problem = script(element.text).problem()
        if problem:
            line = element.line + problem.line - 1
            yield (
                "inline script",
                f"the script is not valid JavaScript near line {line}: {problem.text}",
            )
    for element in page.markup.by_tag("script"):
        if "json" in element.attributes.get("type", "") and not is_json(element.text):
            yield "inline JSON", f"the JSON in the script on line {element.line} cannot be read"


def _head(_: Subject, page: Page) -> Iterator[Problem]:
    if page.path != "index.html":
        return
    if not any(e.attributes.get("lang") for e in page.markup.by_tag("html")):
        yield "lang", "<html> needs a lang attribute"
    if not any(e.text.strip() for e in page.markup.by_tag("title")):
        yield "title", "the page needs a <title>"
    if not any(e.attributes.get("name") == "viewport" for e in page.markup.by_tag("meta")):
        yield "viewport", "the page needs a viewport meta element"


def _own_paths(subject: Subject, page: Page) -> Iterator[Problem]:
    """Pages of a project live below /REPO/: a path from the root leads elsewhere."""
    made_elsewhere = unwanted_files(subject.assignment.brief)
    for url in _references(page):
        if _path(url) in made_elsewhere:
            continue
        if re.match(r"/(?!/)", url):
            yield url, f"{url} leads out of the site: use ./{url.lstrip('/')}"
        elif url.startswith("http://") and not url.startswith(("http://localhost", "http://127.")):
            yield url, f"{url} is blocked on an https page: use https"
        elif _is_own(url) and _path(url) not in subject.site and _path(url).rstrip("/"):
            yield url, f"{url} is not a file of the site"


def _references(page: Page) -> Iterator[str]:
    for element in page.markup.elements:
        for name in ("src", "href", "action", "poster", "data"):
            url = element.attributes.get(name, "").strip()
            if url and (name != "href" or element.tag in ("a", "link", "use", "image")):
                yield url
    for code in page.scripts:
        yield from (url for url in fetched(code) if re.fullmatch(r"[./\w-][^\s<>{}]*", url))


def _is_own(url: str) -> bool:
    looks_like_file = re.fullmatch(r"(\./)?[\w ./%-]+\.\w{1,8}([?#].*)?", url)
    return bool(looks_like_file) and not url.startswith(("/", "../"))


def _path(url: str) -> str:
    return re.split(r"[?#]", url.removeprefix("./"), maxsplit=1)[0].replace("%20", " ")


def _unfinished(subject: Subject, page: Page) -> Iterator[Problem]:
    asked = subject.all_text.lower()
    for match in _PLACEHOLDERS.finditer(page.text):
        if match[0].lower() not in asked:
            yield match[0], f"a placeholder was left in the page: {match[0]}"
    for element in page.markup.elements:
        shown = "".join(part for part in element.content if isinstance(part, str))
        in_code = element.tag in ("script", "style", "template", "code", "pre", "textarea")
        if not in_code and (left := re.search(r"\$\{[\w.() ]{1,60}\}", shown)):
            yield left[0], f"{left[0]} stands in the page's text and is never filled in"
    if (elided := ELISION.search(page.text)) and not subject.asked_for(elided[0]):
        yield elided[0].strip(), f"code was left out: {elided[0].strip()!r}"


def _libraries(_: Subject, page: Page) -> Iterator[Problem]:
    for element in page.markup.by_tag("script", "link"):
        url = element.attributes.get("src") or element.attributes.get("href", "")
        if re.match(r"https://(cdn\.jsdelivr\.net/npm|unpkg\.com)/", url):
            if not re.search(r"@\d+\.\d+\.\d+", url):
                yield url, f"{url} names no exact version"
    for element in page.inline_scripts:
        for match in re.finditer(
            r"^\s*import\b[^\n]*?[\"']([a-z@][\w@/-]*)[\"']", element.text, re.MULTILINE
        ):
            yield match[1], f"the bare import {match[1]!r} does not work without a build step"


def _other_files(subject: Subject) -> Iterator[Finding]:
    for path in subject.changed:
        text = subject.site.text(path)
        if path.endswith((".js", ".mjs")):
            problem = script(text).problem()
            if problem:
                where = f"near line {problem.line}: {problem.text}"
                yield Finding(Severity.QUALITY, "scripts", path, f"{path} is not valid {where}")
        elif path.endswith((".json", ".geojson", ".webmanifest")) and not is_json(text):
            yield Finding(Severity.QUALITY, "json", path, f"{path} is not valid JSON")


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


_RULES: dict[str, Callable[[Subject, Page], Iterator[Problem]]] = {
    "markup": _markup,
    "scripts": _scripts,
    "head": _head,
    "paths": _own_paths,
    "unfinished": _unfinished,
    "libraries": _libraries,
}
