"""Judge every page of the tables: `python -m tests.browser.judging --times 50`.

test_judging.py judges some of them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Mapping

from deployer.adapters.chromium.browser import Chromium
from deployer.domain.site import Site
from deployer.domain.visit import Report, Verdict, Visit
from deployer.services.visit.visit import visit
from tests.browser.pages import GOOD, SPOILED, Kind
from tests.support.chromium import executable


def judged(chromium: Chromium, kind: Kind, site: Mapping[str, bytes]) -> list[Verdict]:
    """The verdicts of the kind's checks and steps on a site."""
    wanted = Visit("candidates/a.json", "pictures/a/", kind.checks, kind.parsed_steps)
    report: Report = visit(
        wanted, Site(site), engine=chromium, save=lambda *_: None, clock=time.monotonic
    )
    expressions = [report.verdict(number) for number in range(len(kind.checks))]
    return [*expressions, *(one.verdict for one in report.tried)]


def main() -> int:
    """Print every page that is judged wrongly, and the figures; 1 if there is one."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.judging", description=__doc__)
    parser.add_argument("--times", type=int, default=1, help="judge each page so often")
    times = parser.parse_args().times
    chromium, wrong, begin = Chromium(executable), Counter[str](), time.monotonic()
    for _ in range(times):
        for words, kind, site in SPOILED:
            if Verdict.FAILS not in judged(chromium, kind, site):
                wrong[f"not seen: {words}"] += 1
        for words, kind, site in GOOD:
            verdicts = judged(chromium, kind, site)
            if verdicts != [Verdict.PASSES] * len(verdicts):
                wrong[f"good, but {[str(v) for v in verdicts]}: {words}"] += 1
    for words, often in wrong.items():
        print(f"{often} of {times}  {words}")
    seconds = time.monotonic() - begin
    print(f"{len(SPOILED)} spoiled and {len(GOOD)} good pages, {times} times: {len(wrong)} wrong")
    print(f"{seconds:.0f} s")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
