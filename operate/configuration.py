"""`make configuration`: the tables of docs/configuration.md, from template and providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployer.domain.providers import PROVIDERS
from operate import parameters
from operate.places import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = CHECKOUT / "docs" / "configuration.md"
END = "<!-- end -->"


def write() -> None:
    """Write the tables into the page; the words around them stay."""
    PAGE.write_text(rendered(PAGE.read_text()))


def rendered(page: str) -> str:
    """`page` with both tables as they should be."""
    for name, rows in {"providers": _providers(), "settings": _settings()}.items():
        begin = f"<!-- {name}, by `make configuration` -->\n"
        before, rest = page.split(begin)
        _, after = rest.split(END, 1)
        table = "".join(f"| {' | '.join(cells)} |\n" for cells in rows)
        page = f"{before}{begin}{table}{END}{after}"
    return page


def _providers() -> Iterator[tuple[str, ...]]:
    yield "`LLM_PROVIDER`", "its key", "`LLM_MODEL` when not set", "another address"
    yield ("---",) * 4
    for one in PROVIDERS.values():
        yield tuple(map(_code, (one.name, one.key_name, one.default_model, one.base_url_name)))


def _settings() -> Iterator[tuple[str, ...]]:
    yield "`.env`", "default", "takes", "meaning"
    yield ("---",) * 4
    for name, one in parameters.settings().items():
        yield _code(name), _code(one.default), _text(one.takes), _text(one.meaning)


def _text(words: str) -> str:
    return words.replace("*", r"\*")


def _code(text: str) -> str:
    return f"`{text}`" if text else ""
