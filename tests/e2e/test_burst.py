"""A small burst on a local cloud of its own, with kills: the command, its figures, its verdict."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from operate.places import CHECKOUT
from tests.e2e.conftest import five_free_ports

pytestmark = pytest.mark.e2e


def test_twelve_deployments_survive_the_death_of_notifiers_and_pages_checkers(
    tmp_path: Path,
) -> None:
    # A killed worker's message is away for 70 s: `make burst` tries that.
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.burst", "--home", str(tmp_path)),
            *("--port", str(five_free_ports()), "--deployments", "12", "--seconds", "3"),
            *("--kill", "1", "--functions", "notifier,pages-checker"),
        ],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 POSTs in" in done.stdout
    assert "GitHub: 13 repositories, 13 commits, 26 counted writes" in done.stdout
    assert "dead letters: 0" in done.stdout
    assert "no violation" in done.stdout
