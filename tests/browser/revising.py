"""Second rounds that break what the first one promised: `python -m tests.browser.revising`.

Each revision adds what its brief asks for, and one edit of it breaks a check of round 1. A model
that mends what it is shown gets the mended page published; one that never mends gets a report that
says which promise is broken, or its edit is refused. test_revising.py runs some of them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from deployer.adapters.chromium.browser import Chromium
from deployer.domain.check_verdict import CheckVerdict
from deployer.domain.generation_report import StoredSite
from deployer.domain.request import JavaScriptCheck, check_text
from deployer.domain.visit import Verdict
from deployer.generation.assignment import Assignment
from deployer.generation.judging.policy.csp import without_policy
from tests.browser.generating import Mender, assignment_of, checks_of, generated, mending, texts_of
from tests.browser.pages import KINDS, Kind
from tests.support.chromium import executable

MOST_CALLS = 3
ADDED = '<p id="added">Added in round two</p>'
ADDED_CHECK = JavaScriptCheck(js="document.querySelector('#added').textContent.includes('two')")


@dataclass(frozen=True)
class Way:
    """A revision of the page `kind` in which `old` has become `new`."""

    words: str
    kind: str
    old: str
    new: str

    @property
    def of(self) -> Kind:
        return next(kind for kind in KINDS if kind.name == self.kind)

    def page(self) -> Kind:
        """The page of round 2 with the edit that breaks it."""
        page = with_addition(self.of)
        assert self.old in page.body + page.script, self.words
        return replace(
            page,
            body=page.body.replace(self.old, self.new),
            script=page.script.replace(self.old, self.new),
        )


WAYS = (
    Way("the total gets a currency sign", "sum of sales",
        "textContent = sum(rows).toFixed(2)", "textContent = '€ ' + sum(rows).toFixed(2)"),
    Way("the table gets a row for the sum", "sum of sales",
        "for (const name of", "$('tbody').insertRow().insertCell()\nfor (const name of"),
    Way("a region is chosen at first", "sum of sales",
        "(line => line.split(','))", "(line => line.split(',')).filter(row => row[1] === 'North')"),
    Way("an element is called differently", "sum of sales", "total-sales", "sales-total"),
    Way("the rows come sorted, by a name that is not there", "sum of sales",
        "const sum =", "rows.sort((a, b) => a[3].localeCompare(b[3]))\nconst sum ="),
    Way("the source is shown in place of the text", "markdown",
        "innerHTML = html.join('')", "innerHTML = `<pre>${text}</pre>`"),
    Way("the count is shown without separators", "markdown",
        "new Intl.NumberFormat('en-US').format(", "String("),
    Way("headings get another level", "markdown", "<h2>${line", "<h3>${line"),
    Way("the date is shown as in Germany", "github user",
        "user.created_at.slice(0, 10)", "new Date(user.created_at).toLocaleDateString('de-DE')"),
    Way("the status is no longer announced", "github user", ' aria-live="polite"', ""),
    Way("the form is sent by another event", "github user", "'submit'", "'reset'"),
    Way("a field is added that must be filled", "form",
        "<label>Age", '<label>Mail <input id="mail" required></label><label>Age'),
    Way("the greeting is another", "form", "Welcome, ", "Hello, "),
    Way("the first text is another", "form", "Nothing sent yet", "Ready"),
    Way("a fourth value is drawn", "chart", "[5, 20, 10]", "[5, 20, 10, 2]"),
    Way("a background is drawn first", "chart",
        "values.forEach", "$('#chart').innerHTML = '<rect height=\"50\"/>'\nvalues.forEach"),
    Way("a step counts ten", "canvas game", "score += 1", "score += 10"),
    Way("the piece gets another colour", "canvas game", "rgb(200, 0, 0)", "rgb(0, 200, 0)"),
    Way("the clock waits for a start", "timer",
        "}, 1000)", "}, 1000)\nclearInterval(timer); $('#note').textContent = 'ready'"),
    Way("the stop is a pause", "timer", "'stopped'", "'paused'"),
    Way("the key gets a version", "storage", "'todo-items'", "'todo-items-2'"),
    Way("the list begins anew", "storage",
        "JSON.parse(localStorage.getItem(KEY) ?? '[]')", "[]"),
    Way("links lead to a query", "routing", 'href="#/about"', 'href="?page=about"'),
    Way("titles get the site's name", "routing",
        "document.title = $(", "document.title = 'Site: ' + $("),
)  # fmt: skip


def with_addition(kind: Kind) -> Kind:
    """The page as round 2 should have it."""
    return replace(kind, body=f"{kind.body}{ADDED}")


class Revisions:
    """Round 1 of each kind, made once, and round 2 on top of it."""

    def __init__(self, chromium: Chromium) -> None:
        self._chromium = chromium
        self._first: dict[str, StoredSite] = {}

    def first(self, kind: Kind) -> StoredSite:
        """The kind's page, published in round 1."""
        if kind.name not in self._first:
            model = mending(kind, kind.page())
            self._first[kind.name] = generated(self._chromium, assignment_of(kind), model)
        return self._first[kind.name]

    def second(self, way: Way, *, mends: bool) -> tuple[StoredSite, Mender]:
        kind = way.of
        good = texts_of(with_addition(kind).page(), kind)
        broken = texts_of(way.page().page(), kind)
        checks = tuple(check_text(check) for check in checks_of(kind))
        model = Mender(broken, good if mends else broken, checks)
        return generated(self._chromium, self._assignment(kind), model), model

    def _assignment(self, kind: Kind) -> Assignment:
        before, first = assignment_of(kind), self.first(kind)
        return replace(
            before,
            round=2,
            brief="Add a paragraph #added that says that it was added in round two.",
            checks=(ADDED_CHECK,),
            attachments=(),
            current=first.site,
            earlier_attachments=tuple(kind.files),
            earlier_briefs=(before.brief,),
            earlier_checks=before.checks,
            verdicts=first.report.verdicts,
        )


def wrong_with(revisions: Revisions, way: Way) -> Iterator[str]:
    """Faults in what comes of one way to break a promise."""
    yield from _not_passing(revisions.first(way.of).report.verdicts, "round 1")
    made, model = revisions.second(way, mends=True)
    if not model.named and not model.refusals:
        yield f"the model was shown no broken promise: {model.failures}"
    if without_policy(made.site).text("index.html").strip() != model.mended["index.html"].strip():
        yield "the page that breaks the promise is published though it was mended"
    yield from _not_passing(made.report.verdicts, "mended")
    if made.report.calls > MOST_CALLS:
        yield f"{made.report.calls} calls"
    made, _ = revisions.second(way, mends=False)
    kept = all(verdict.passes for verdict in made.report.verdicts if verdict.round == 1)
    if not kept and not any("promised it" in fault for fault in made.report.unmet):
        yield f"never mended, and the report does not say so: {made.report.unmet}"


def _not_passing(verdicts: tuple[CheckVerdict, ...], when: str) -> Iterator[str]:
    for verdict in verdicts:
        if verdict.verdict is not Verdict.PASSES:
            yield f"{when}: {verdict.verdict}: {verdict.check}: {verdict.evidence}"


def main() -> int:
    """Print every way that does not end as it should, and the figures; 1 if there is one."""
    revisions, begin, wrong = Revisions(Chromium(executable)), time.monotonic(), 0
    for way in WAYS:
        found = list(wrong_with(revisions, way))
        wrong += bool(found)
        for problem in found:
            print(f"{way.kind}: {way.words}\n    {problem}", flush=True)
    seconds = time.monotonic() - begin
    print(f"{len(WAYS)} ways to break a promise, {wrong} not ended as they should, {seconds:.0f} s")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
