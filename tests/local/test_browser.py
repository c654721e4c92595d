"""The local cloud's browser, and the words for a machine that has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from operate import browser


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No program on the path, nothing fetched."""
    monkeypatch.setenv("PATH", str(tmp_path / "programs"))
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.setattr(browser, "CHROMIUM", tmp_path / "chromium")
    monkeypatch.setattr(browser, "runs_packed", lambda: True)
    return tmp_path


def test_a_machine_without_a_browser_is_told_so_with_the_cure() -> None:
    assert browser.missing() == (
        "sites are published without being opened in a browser: "
        "no Chrome, Chromium or Edge is found: install one, or set BROWSER_PATH"
    )


def test_what_make_browser_fetched_is_used_where_it_runs(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = bare_machine / "chromium/@sparticuz/chromium@153.0.0/bin"
    packed.mkdir(parents=True)
    assert browser.missing() == ""
    assert browser.environment()["CHROMIUM_FOLDER"] == str(packed)
    monkeypatch.setattr(browser, "runs_packed", lambda: False)
    assert browser.missing() != ""


def test_a_named_browser_comes_first(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", str(bare_machine / "none"))
    assert "BROWSER_PATH names no program" in browser.missing()
    program = bare_machine / "edge"
    program.touch(mode=0o755)
    monkeypatch.setenv("BROWSER_PATH", str(program))
    assert browser.missing() == ""
