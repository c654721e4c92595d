"""Judge every page of the tables: `python -m tests.browser.judging --times 50`.

test_judging.py judges some of them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from deployer.adapters.chromium.browser import Chromium
from deployer.domain.site import Site
from deployer.domain.visit import Report, Verdict, Visit
from deployer.services.visit.visit import visit
from tests.browser.pages import GOOD, SPOILED, Kind
from tests.support.chromium import executable

TABLES = ("spoiled", "good")


def judged(chromium: Chromium, kind: Kind, site: Mapping[str, bytes]) -> list[Verdict]:
    """The verdicts of the kind's checks and steps on a site."""
    wanted = Visit("candidates/a.json", "pictures/a/", kind.checks, kind.parsed_steps)
    report: Report = visit(
        wanted, Site(site), engine=chromium, save=lambda *_: None, clock=time.monotonic
    )
    expressions = [report.verdict(number) for number in range(len(kind.checks))]
    return [*expressions, *(one.verdict for one in report.tried)]


def wrong_pages(chromium: Chromium, tables: Sequence[str]) -> Iterator[str]:
    """Every page of the tables that is judged wrongly, judged once."""
    for words, kind, site in SPOILED if "spoiled" in tables else ():
        if Verdict.FAILS not in judged(chromium, kind, site):
            yield f"not seen: {words}"
    for words, kind, site in GOOD if "good" in tables else ():
        verdicts = judged(chromium, kind, site)
        if verdicts != [Verdict.PASSES] * len(verdicts):
            yield f"good, but {[str(v) for v in verdicts]}: {words}"


def main() -> int:
    """Print every page that is judged wrongly, and the figures; 1 if there is one."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.judging", description=__doc__)
    parser.add_argument("--times", type=int, default=1, help="judge each page so often")
    parser.add_argument("--only", choices=TABLES, help="leave the other table out")
    options = parser.parse_args()
    tables = (options.only,) if options.only else TABLES
    chromium, wrong = Chromium(executable), Counter[str]()
    for number in range(1, options.times + 1):
        begin, found = time.monotonic(), list(wrong_pages(chromium, tables))
        wrong.update(found)
        seconds = time.monotonic() - begin
        print(f"{number}: {len(found)} wrong, {seconds:.0f} s", *found, sep="\n    ", flush=True)
    for words, often in wrong.items():
        print(f"{often} of {options.times}  {words}")
    sizes = {"spoiled": len(SPOILED), "good": len(GOOD)}
    judged_pages = " and ".join(f"{sizes[table]} {table}" for table in tables)
    print(f"{judged_pages} pages, {options.times} times: {len(wrong)} wrong")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
