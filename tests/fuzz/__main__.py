"""`make fuzz`: a campaign against the real handlers in this process."""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import random
import sys
import time
import warnings
from functools import partial

from tests import conftest  # noqa: F401 - sets what the package reads when it is imported

# isort: split
from deployer.observability import logger
from operate.command import given
from tests.fuzz import described, hostile
from tests.fuzz.campaign import Campaign, Report
from tests.fuzz.request import Request
from tests.support.description import Description
from tests.support.gateway import running

SHOWN = 10


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    chosen = parser.parse_args(given(sys.argv[1:]))
    warnings.filterwarnings("ignore", message="No application metrics to publish")
    description = Description()
    logger.setLevel(logging.CRITICAL)
    begin = time.monotonic()
    with running() as gateway, contextlib.redirect_stdout(io.StringIO()):
        campaign = Campaign(partial(Request.sent_to, gateway=gateway), description)
        campaign.send(hostile.known())
        report = campaign.run(
            [described.requests(description), hostile.requests], chosen.requests, chosen.seed
        )
    tell(report, chosen.seed, time.monotonic() - begin)
    return 1 if report.findings else 0


def tell(report: Report, seed: int, seconds: float) -> None:
    print(f"seed                  {seed} (again: make fuzz REQUESTS={report.sent} SEED={seed})")
    print(f"requests              {report.sent} in {seconds:.0f} s, digest {report.digest[:16]}")
    print(f"by expectation        {dict(report.by_expectation.most_common())}")
    print(f"answers by status     {dict(sorted(report.by_status.items()))}")
    print(f"unhandled exceptions  {len(report.exceptions)}")
    print(f"5xx                   {len(report.server_errors)}")
    print(f"not as described      {len(report.mismatches)}")
    for findings in (report.exceptions, report.server_errors, report.mismatches):
        for finding in findings[:SHOWN]:
            print(f"\n{finding}")


if __name__ == "__main__":
    sys.exit(main())
