"""Print the figures of docs/generation.md: `python -m tests.unit.generation.measure`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deployer.generation.answers.grammar import EditBlock, FileBlock, render_blocks
from local.model.differences import edits_between
from tests.unit.generation.builders import KnowingModel, run, templates, tokens

NONCE = "0badcafe"
PARAGRAPHS = 68
_SENTENCE = "The table below is computed in your browser from the attached file, row by row. "


@dataclass(frozen=True)
class Cost:
    """One revision's tokens of output, as edits and as a whole file."""

    revision: str
    page: int
    edits: int
    rewrite: int

    @property
    def ratio(self) -> float:
        return self.edits / self.rewrite


def costs() -> list[Cost]:
    """The nine second rounds of the templates and four common revisions, each on a 20 KB page."""
    found: list[Cost] = []
    for template in templates("a1b2c3"):
        first = run(template.first, KnowingModel()).site
        for number, later in enumerate(template.second):
            second = run(template.revised(number, first), KnowingModel()).site
            before, after = grown(first.text("index.html")), grown(second.text("index.html"))
            found.append(cost(f"{template.id}: {later.brief[:44]}…", before, after))
        if template.id == "sum-of-sales":
            page = grown(first.text("index.html"))
            found += [cost(name, page, change(page)) for name, change in _CHANGES.items()]
    return found


def grown(page: str) -> str:
    """The page with an article, so that it has 20 KB."""
    paragraphs = [f'    <p id="note-{n}">{n}. {_SENTENCE * 3}</p>' for n in range(PARAGRAPHS)]
    article = "\n".join(["  <article>", *paragraphs, "  </article>"])
    return page.replace("</main>", f"</main>\n{article}", 1)


def cost(name: str, before: str, after: str) -> Cost:
    edits = render_blocks([EditBlock("index.html", edits_between(before, after))], NONCE)
    rewrite = render_blocks([FileBlock("index.html", after)], NONCE)
    return Cost(name, len(before), tokens(edits), tokens(rewrite))


_CHANGES: dict[str, Callable[[str], str]] = {
    "another title": lambda page: page.replace("Sales Summary a1b2c3", "Sales of the year"),
    "a dark theme": lambda page: page.replace(
        "</head>", "  <style>\n" + "    .dark { color: #eee; background: #111; }\n" * 20 + "  </style>\n</head>"
    ),
    "every tenth paragraph rewritten": lambda page: "\n".join(
        line.replace("row by row", "line by line") if '0">' in line else line
        for line in page.split("\n")
    ),
    "a function renamed": lambda page: page.replace("sumSales", "totalOfSales"),
}  # fmt: skip


def main() -> None:
    print(f"{'revision':<66} {'page':>6} {'edits':>6} {'whole':>6} ratio")
    for found in costs():
        row = f"{found.revision:<66} {found.page:>6} {found.edits:>6} {found.rewrite:>6}"
        print(f"{row}  {found.ratio:.2f}")


if __name__ == "__main__":
    main()
