"""The sites that the stand-in knows how to write."""

from __future__ import annotations

import html
import re
from pathlib import Path

from local.model.reading import Request

PAGES = Path(__file__).parent / "pages"
_FEATURE_LINE = re.compile(r"^@([A-Za-z-]+)\|(.*)$")
_TEXT_TYPES = (".csv", ".json", ".md", ".txt", ".svg", ".xml", ".yaml", ".yml")

TASKS = {
    "sum-of-sales": "total-sales",
    "markdown-to-html": "markdown-output",
    "github-user-created": "github-created-at",
}
"""Sample tasks by what gives them away, in a brief or in the page that is to be changed."""
FEATURES = {
    "sum-of-sales": ("product-sales", "currency-picker", "region-filter"),
    "markdown-to-html": ("markdown-tabs", "markdown-source-label", "markdown-word-count"),
    "github-user-created": ("github-status", "github-account-age", "localStorage"),
}
"""Features that later rounds add, each named by a word that its brief and its code share."""
TITLES = {
    "sum-of-sales": "Sales Summary",
    "markdown-to-html": "Markdown Viewer",
    "github-user-created": "GitHub Account Age",
}


def written_for(request: Request) -> dict[str, str]:
    """The site that the request should have: file texts by path."""
    page = request.files.get("index.html", "")
    known = next((t for t, mark in TASKS.items() if mark in request.brief or mark in page), None)
    if known is None:
        return _generic(request)
    features = [f for f in FEATURES[known] if f in request.brief or f in page]
    values = {
        name: html.escape(text, quote=False) for name, text in _values(request, known).items()
    }
    return {
        "index.html": rendered(known, features, values),
        "README.md": _readme(values["TITLE"], features),
    }


def rendered(page: str, features: list[str], values: dict[str, str]) -> str:
    """A page with the lines of the wanted features and its `@@NAME@@` filled in."""
    lines = []
    for line in (PAGES / f"{page}.html").read_text(encoding="utf-8").split("\n"):
        match = _FEATURE_LINE.match(line)
        if match is None:
            lines.append(line)
        elif match[1] in features:
            lines.append(match[2])
    text = "\n".join(lines)
    for name, value in values.items():
        text = text.replace(f"@@{name}@@", value)
    return text


def _values(request: Request, known: str) -> dict[str, str]:
    form = _named(request, r'form id="([^"]+)"', r'<form id="([^"]+)"') or "lookup"
    return {
        "TITLE": _title(request, TITLES[known]),
        "DATA": _data_file(request, "md" if known == "markdown-to-html" else "csv"),
        "FORM": form,
        "KEY": _named(request, r'localStorage under "([^"]+)"', r'setItem\("([^"]+)"') or form,
    }


def _named(request: Request, in_brief: str, in_page: str) -> str | None:
    """The value in the brief, else the one in the page that is to be changed."""
    match = re.search(in_brief, request.brief)
    match = match or re.search(in_page, request.files.get("index.html", ""))
    return match[1] if match else None


def _generic(request: Request) -> dict[str, str]:
    first = re.split(r"[.\n]", request.brief.strip(), maxsplit=1)[0]
    short = first if len(first) <= 60 else f"{first[:57].rsplit(' ', 1)[0]}…"
    title = _title(request, short)
    items = "".join(
        f'<li><a href="./{html.escape(name)}"{_text_mark(name)}>{html.escape(name)}</a></li>'
        for name in request.attachments
    )
    values = {
        "TITLE": html.escape(title, quote=False),
        "BRIEF": html.escape(request.brief, quote=False),
        "ATTACHMENTS": items or "<li>None.</li>",
    }
    return {"index.html": rendered("stand-in", [], values), "README.md": _readme(title, [])}


def _text_mark(name: str) -> str:
    return " data-text" if name.endswith(_TEXT_TYPES) else ""


def _title(request: Request, otherwise: str) -> str:
    named = _named(request, r"title (?:to|is|of) [\"“'`]([^\"”'`\n]+)", r"<title>([^<]+)</title>")
    return html.unescape(named) if named else otherwise


def _data_file(request: Request, ending: str) -> str:
    """The attached data, else what the page already reads."""
    attached = [name for name in request.attachments if name.endswith(f".{ending}")]
    page = request.files.get("index.html", "")
    read = re.search(rf'"\./([^"]+\.{ending})"', page)
    return attached[0] if attached else read[1] if read else f"data.{ending}"


def _readme(title: str, features: list[str]) -> str:
    added = "".join(f"- `{feature}`, added in a later round\n" for feature in features)
    return f"""\
# {title}

## Summary

A static page, written by the local stand-in model for a sample task.

## Features

- One `index.html` without a build step
{added}
## Setup

Clone the repository and serve its folder, for example with `python -m http.server`.

## Usage

Open the served page. It reads the attached files from its own folder.

## How the code works

`index.html` holds the markup and one inline script: it loads the data, computes, and fills the
elements that the page names by id.

## License

MIT, see `LICENSE`.
"""
