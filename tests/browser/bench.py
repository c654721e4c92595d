"""Seconds, memory, sizes and cost of a visit: `make bench-browser`.

Cold is a new process with nothing unpacked, as a new Lambda sandbox; warm is the same process
again. A look is the page, five checks and a screenshot; a visit is two looks and two screenshots.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from deployer.adapters.chromium.browser import Chromium
from deployer.adapters.chromium.executable import unpack
from deployer.adapters.chromium.libraries import MirroredLibraries
from deployer.adapters.chromium.process import Mode
from deployer.domain.policy import Kind, policy
from deployer.domain.site import Site
from deployer.domain.visit import Report, Verdict, Visit, When
from deployer.services.visit import visit as visits
from operate.places import CHECKOUT, CHROMIUM, LIBRARIES, UV

COLD, WARM = 5, 10
MEMORY_GB = 2.0
# Lambda, x86-64, and S3 in us-east-1, US dollars; from their public price lists.
GB_SECOND, INVOCATION, PUT, GET = 0.0000166667, 0.0000002, 0.000005, 0.0000004
CDN = "https://cdn.jsdelivr.net/npm"
PAGE = f"""<!doctype html><title>Sales</title>
<link rel=stylesheet href="{CDN}/bootstrap@5.3.3/dist/css/bootstrap.min.css">
<script src="{CDN}/marked@12.0.2/marked.min.js"></script>
<main class=container><h1>Sales</h1><p id=total>0</p><div id=text></div>
<button class="btn btn-primary" id=more>More</button><ul id=list></ul></main>
<script>
fetch('data.csv').then(r => r.text()).then(text => {{
  const rows = text.trim().split('\\n').slice(1).map(line => line.split(','))
  document.querySelector('#total').textContent = rows.reduce((n, row) => n + +row[1], 0)
  document.querySelector('#text').innerHTML = marked.parse('**' + rows.length + '** rows')
}})
document.querySelector('#more').onclick = () => document.querySelector('#list').append(
  document.createElement('li'))
</script>"""
SITE = Site({"index.html": PAGE.encode(), "data.csv": b"product,sales\npen,1.5\nink,2.5\n"})
CHECKS = (
    "document.title === 'Sales'",
    'Math.abs(parseFloat(document.querySelector("#total").textContent) - 4) < 0.01',
    "document.querySelector('#text strong').textContent === '2'",
    "document.querySelector('#more').click(), document.querySelectorAll('#list li').length > 0",
    "getComputedStyle(document.querySelector('.btn')).borderRadius === '6px'",
)
POLICY = policy([(Kind.STYLE, "cdn.jsdelivr.net"), (Kind.SCRIPT, "cdn.jsdelivr.net")])
LOOK = Visit("candidates/a", "pictures/a/", CHECKS, policy=POLICY, looks=(When.LOADED,))
WHOLE = Visit("candidates/a", "pictures/a/", CHECKS, policy=POLICY)


def visit(chromium: Chromium, wanted: Visit, widths: tuple[int, ...]) -> Report:
    """One visit, all of whose checks pass."""
    visits.WIDTHS = widths
    report = visits.visit(wanted, SITE, engine=chromium, save=lambda *_: None, clock=time.monotonic)
    assert {report.verdict(check) for check in range(len(CHECKS))} == {Verdict.PASSES}, report
    return report


def browser(folder: Path, mode: Mode) -> Chromium:
    packed = next(CHROMIUM.glob("@sparticuz/chromium@*/bin"))
    return Chromium(
        lambda: unpack(packed, folder / "chromium"), [MirroredLibraries(LIBRARIES)], modes=[mode]
    )


def measure(mode: Mode) -> Iterator[tuple[str, Report]]:
    """Reports of one process: the first look, then the same again, then whole visits."""
    with tempfile.TemporaryDirectory() as folder:
        chromium = browser(Path(folder), mode)
        yield "cold", visit(chromium, LOOK, (1280,))
        for _ in range(WARM):
            yield "warm", visit(chromium, LOOK, (1280,))
            yield "visit", visit(chromium, WHOLE, (1280, 375))


def measured(mode: Mode) -> dict[str, list[tuple[float, int]]]:
    """Seconds and peak bytes by kind, over `COLD` new processes."""
    found: dict[str, list[tuple[float, int]]] = {}
    for _ in range(COLD):
        command = [sys.executable, "-m", "tests.browser.bench", "--once", mode]
        run = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
        for kind, seconds, memory in json.loads(run.stdout):
            found.setdefault(kind, []).append((seconds, memory))
    return found


def sizes() -> dict[str, int]:
    """Unzipped bytes of what Lambda gets, the layer built as `make deploy` builds it."""
    with tempfile.TemporaryDirectory() as folder:
        given = [f"ARTIFACTS_DIR={folder}", f"UV={UV}", f"PACKAGES={CHROMIUM}"]
        command = ["make", "--silent", "-C", "layers/browser", "build-BrowserLayer", *given]
        subprocess.run(command, cwd=CHECKOUT, check=True)
        layer = {
            "Chromium, compressed": _bytes(Path(folder, "chromium")),
            "Python packages": _bytes(Path(folder, "python")),
        }
    own = [CHECKOUT / "layers/core/deployer", CHECKOUT / "functions/browser"]
    return {**layer, "our own code": sum(map(_bytes, own))}


def _bytes(folder: Path) -> int:
    found = (path for path in folder.rglob("*") if "__pycache__" not in path.parts)
    return sum(path.stat().st_size for path in found if path.is_file())


def cost(seconds: float) -> float:
    """US dollars for 1,000 visits that take so long."""
    return 1000 * (seconds * MEMORY_GB * GB_SECOND + INVOCATION + 3 * PUT + GET)


def main() -> None:
    """Print the tables."""
    print(f"{'seconds':22}{'median':>9}{'lowest':>9}{'highest':>9}{'peak MB':>9}")
    medians: dict[tuple[Mode, str], float] = {}
    for mode in Mode:
        for kind, rows in measured(mode).items():
            seconds = [row[0] for row in rows]
            medians[mode, kind] = middle = statistics.median(seconds)
            peak = max(row[1] for row in rows) / 1e6
            figures = f"{middle:9.2f}{min(seconds):9.2f}{max(seconds):9.2f}{peak:9.0f}"
            print(f"{kind + ', ' + mode:22}{figures}")
    found = sizes()
    for name, size in {**found, "together, of 110 MB": sum(found.values())}.items():
        print(f"{name:22}{size / 1e6:8.1f} MB")
    warm = medians[Mode.SEVERAL, "visit"]
    # A new sandbox unpacks in its first visit; the rest of that visit is as long as another's.
    cold = warm + medians[Mode.SEVERAL, "cold"] - medians[Mode.SEVERAL, "warm"]
    for name, added in {"warm": warm, "cold": cold}.items():
        print(f"1,000 visits, {name}: ${cost(added):.3f}; {added:.1f} s more for each candidate")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        reports = measure(Mode(sys.argv[2]))
        print(json.dumps([(kind, r.seconds, r.memory_bytes) for kind, r in reports]))
    else:
        main()
