"""The prose keeps its word: commands are targets, links lead somewhere, docstrings name a thing."""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
TARGET = re.compile(r"[a-z][a-z-]*")
OUR_PATH = re.compile(r"[\w.-]+(/[\w.-]+)+\.(py|md|json|yaml|toml|txt)")
CAPITALS = re.compile(r"\b[A-Z]{2,}\b(?!\.md)")
PACKAGE = ROOT / "layers/core/deployer"
PLACES = (ROOT, PACKAGE, PACKAGE / "generation")
README_LINES = 140
CODE = sorted(
    path
    for folder in ("layers/core", "functions", "local", "operate", "tests")
    for path in (ROOT / folder).rglob("*.py")
)
QUESTION = re.compile(r"(What|Whether|Which|Who|How|Where|When)\b")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def code_of(markdown: str) -> list[str]:
    """The lines of fenced blocks, without comments, and everything else between backticks."""
    fenced = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    blocks = [
        line.split(" #")[0] for block in fenced.findall(markdown) for line in block.split("\n")
    ]
    spans = re.findall(r"`([^`]+)`", fenced.sub("", markdown))
    return [*blocks, *(span.replace("\n", " ") for span in spans)]


def unknown_targets(markdown: str) -> set[str]:
    """The words after `make` that the Makefile has no rule for."""
    commands = [code.strip().split()[1:] for code in code_of(markdown) if code.startswith("make ")]
    words = {word for command in commands for word in command}
    return {word for word in words if TARGET.fullmatch(word)} - TARGETS


def missing_files(markdown: str) -> set[str]:
    """The files between backticks that are nowhere, but for what a run makes and placeholders."""
    named = {code for code in code_of(markdown) if OUR_PATH.fullmatch(code)}
    kept = {path for path in named if not path.startswith(".local/") and not CAPITALS.search(path)}
    return {path for path in kept if not any((place / path).exists() for place in PLACES)}


def missing_modules(markdown: str) -> set[str]:
    """The modules after `python -m` that cannot be found."""
    modules = set(re.findall(r"python -m ([\w.]+)", markdown))
    return {name for name in modules if find_spec(name) is None}


def anchors(page: Path) -> set[str]:
    """The fragments of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path, markdown: str) -> list[str]:
    """The relative links of a page in `page`'s place that reach no file, or no heading of it."""
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", markdown):
        path, _, fragment = link.partition("#")
        if "://" in path:
            continue
        target = page.parent / path if path else page
        if not target.exists() or (fragment and fragment not in anchors(target)):
            broken.append(link)
    return broken


@every_page
def test_every_make_command_of_the_docs_is_a_target(page: Path) -> None:
    assert unknown_targets(page.read_text()) == set()


@every_page
def test_every_file_and_module_that_the_docs_name_is_there(page: Path) -> None:
    assert missing_files(page.read_text()) == set()
    assert missing_modules(page.read_text()) == set()


@every_page
def test_every_link_of_the_docs_leads_to_a_file_and_a_heading(page: Path) -> None:
    assert broken_links(page, page.read_text()) == []


def test_a_command_that_is_no_target_is_seen() -> None:
    text = "Type `make lint`, then\n```sh\nmake polish ENV=dev    # or prod\n```\nand `make\ntest`."
    assert unknown_targets(text) == {"polish"}


def test_a_file_or_module_that_is_gone_is_seen() -> None:
    text = "`domain/providers.py`, `domain/gone.py`, `python -m operate`, `python -m tests.gone`"
    assert missing_files(text) == {"domain/gone.py"}
    assert missing_modules(text) == {"tests.gone"}


def test_a_link_that_leads_nowhere_is_seen() -> None:
    page = ROOT / "README.md"
    text = (
        "[a](docs/nowhere.md) [b](#quick-start) [c](docs/operations.md#nothing) [d](https://x.org)"
    )
    assert broken_links(page, text) == ["docs/nowhere.md", "docs/operations.md#nothing"]


def test_every_page_of_the_docs_is_linked_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    pages = {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")}
    assert {page for page in pages if page not in readme} == set()


def test_the_readme_is_read_in_one_go() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= README_LINES


def questions(source: str) -> list[str]:
    """The first lines of docstrings, also of attributes, that begin with a question word."""
    statements = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Expr)]
    values = [node.value.value for node in statements if isinstance(node.value, ast.Constant)]
    texts = [value for value in values if isinstance(value, str) and QUESTION.match(value)]
    return [text.partition("\n")[0] for text in texts]


def test_every_docstring_begins_with_a_noun() -> None:
    asked = {path.relative_to(ROOT): questions(path.read_text()) for path in CODE}
    assert {path: lines for path, lines in asked.items() if lines} == {}


def test_a_docstring_that_begins_with_a_question_word_is_seen() -> None:
    source = (
        '"""A module."""\nSIZE = 3\n"""How many."""\ndef site():\n    """What is published."""\n'
    )
    assert sorted(questions(source)) == ["How many.", "What is published."]
