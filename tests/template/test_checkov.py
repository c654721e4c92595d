"""checkov finds nothing in the template but what SECURITY.md says is left so, and why."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from operate.places import CHECKOUT, INSTALLED

pytestmark = pytest.mark.scan
CHECKOV = INSTALLED / "scan" / "bin" / "checkov"
ROW = re.compile(r"\| (CKV2?_AWS_\d+) \| `([\w:]+)` \| (.{20,}) \|")


class Finding(NamedTuple):
    check: str
    kind: str
    resource: str


class Waiver(NamedTuple):
    """A row of the table in SECURITY.md."""

    check: str
    on: str
    """One resource, or all of a type."""
    reason: str

    def covers(self, finding: Finding) -> bool:
        return self.check == finding.check and self.on in (finding.kind, finding.resource)


@cache
def waivers() -> tuple[Waiver, ...]:
    lines = (CHECKOUT / "SECURITY.md").read_text().splitlines()
    return tuple(Waiver(*row.groups()) for line in lines if (row := ROW.fullmatch(line)))


def findings(template: Path) -> Iterator[Finding]:
    """Offline: checkov would fetch modules and policies of others, of which we use none."""
    command = [
        *(str(CHECKOV), "--file", str(template), "--framework", "cloudformation"),
        *("--skip-download", "--compact", "--quiet", "--output", "json"),
    ]
    scanned = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(scanned.stdout)
    assert report["summary"]["passed"] > 90, report["summary"]
    assert not report["summary"]["parsing_errors"]
    for failed in report["results"]["failed_checks"]:
        kind, resource = failed["resource"].rsplit(".", 1)
        yield Finding(failed["check_id"], kind, resource)


def test_every_finding_is_waived_with_a_reason_and_every_waiver_is_needed(
    template_file: Path,
) -> None:
    found = list(findings(template_file))
    assert waivers()
    assert [one for one in found if not any(waiver.covers(one) for waiver in waivers())] == []
    assert [waiver for waiver in waivers() if not any(map(waiver.covers, found))] == []
