"""What a browser takes a file of a site for, by its name in any case."""

from __future__ import annotations

PAGES = (".html", ".htm", ".shtml")
XML = (".svg", ".xml", ".xhtml", ".xht", ".xsl")
SCRIPTS = (".js", ".mjs")
STYLES = (".css",)


def is_a(path: str, kinds: tuple[str, ...]) -> bool:
    return path.lower().endswith(kinds)
