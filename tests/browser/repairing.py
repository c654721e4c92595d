"""Every spoiled page of the tables, through the loop: `python -m tests.browser.repairing`.

The model makes one mistake in its first answer and mends what it is shown. test_repairing.py runs
some of them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping

from deployer.adapters.chromium.browser import Chromium
from deployer.domain.visit import Verdict
from deployer.generation.judging.policy.csp import without_policy
from tests.browser.generating import assignment_of, generated, mending
from tests.browser.pages import SPOILED, Kind
from tests.support.chromium import executable

MOST_CALLS = 3


def wrong_with(chromium: Chromium, kind: Kind, spoiled: Mapping[str, bytes]) -> Iterator[str]:
    """Faults, unless the model was shown a failing check, and the mended page is
    published, passes, and took few calls."""
    model = mending(kind, spoiled)
    made = generated(chromium, assignment_of(kind), model)
    report = made.report
    if not model.named:
        yield f"the model was shown no failing check: {model.failures}"
    page = without_policy(made.site).text("index.html")
    if page.strip() != model.mended["index.html"].strip():
        yield "the page with the mistake is published"
    for verdict in report.verdicts:
        if verdict.verdict is not Verdict.PASSES:
            yield f"{verdict.verdict}: {verdict.check}: {verdict.evidence}"
    if report.calls > MOST_CALLS:
        yield f"{report.calls} calls"
    if not report.repaired:
        yield "the report tells of no repair"


def main() -> int:
    """Print every page that does not end as it should, and the figures; 1 if there is one."""
    chromium, begin, wrong = Chromium(executable), time.monotonic(), 0
    for words, kind, site in SPOILED:
        found = list(wrong_with(chromium, kind, site))
        wrong += bool(found)
        for problem in found:
            print(f"{words}\n    {problem}", flush=True)
    seconds = time.monotonic() - begin
    print(f"{len(SPOILED)} mistakes, {wrong} not published mended and passing, {seconds:.0f} s")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
