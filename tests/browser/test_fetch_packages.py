"""Packages from npm: only what the lock pins, by SHA-512, and nothing of theirs is run."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "layers/browser/fetch_packages.py"


def archive(**files: bytes) -> bytes:
    """A package as npm packs it, with an entry that would leave its folder."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as packed:
        for name, body in {**files, "../../outside.txt": b"x"}.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(body)
            packed.addfile(entry, io.BytesIO(body))
    return content.getvalue()


class Registry:
    """A stand-in for npm and its registry that notes each call."""

    def __init__(self, folder: Path, content: bytes) -> None:
        self.folder = folder
        self.calls = folder / "calls"
        (folder / "served.tgz").write_bytes(content)
        self.npm = folder / "npm"
        self.npm.write_text(
            f'#!/bin/sh\necho "$@" >> {self.calls}\ncp {folder}/served.tgz thing-1.0.0.tgz\n'
        )
        self.npm.chmod(0o755)

    def fetch(self, pinned: bytes, npm: str = "") -> subprocess.CompletedProcess[str]:
        digest = base64.b64encode(hashlib.sha512(pinned).digest()).decode()
        lock = self.folder / "package-lock.json"
        entry = {"version": "1.0.0", "integrity": f"sha512-{digest}"}
        lock.write_text(
            json.dumps(
                {
                    "packages": {
                        "": {"dependencies": {"@a/thing": "1.0.0"}},
                        "node_modules/@a/thing": entry,
                        "node_modules/below": {"version": "2.0.0"},
                    }
                }
            )
        )
        return subprocess.run(
            [sys.executable, SCRIPT, lock, self.folder / "into"],
            env={"NPM": npm or str(self.npm), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )


def test_a_package_is_unpacked_once_and_its_scripts_are_not_run(tmp_path: Path) -> None:
    content = archive(**{"package.json": b"{}", "bin/x.br": b"packed"})
    registry = Registry(tmp_path, content)
    for _ in range(2):
        run = registry.fetch(content)
        assert run.returncode == 0, run.stderr
    place = tmp_path / "into/@a/thing@1.0.0"
    assert {str(p.relative_to(place)) for p in place.rglob("*") if p.is_file()} == {
        "package.json",
        "bin/x.br",
    }
    assert registry.calls.read_text() == "pack --silent --ignore-scripts @a/thing@1.0.0\n"
    assert not list(tmp_path.rglob("outside.txt"))


def test_what_is_not_what_the_lock_pins_is_refused(tmp_path: Path) -> None:
    run = Registry(tmp_path, archive(a=b"other")).fetch(archive(a=b"pinned"))
    assert run.returncode == 1
    assert "@a/thing@1.0.0 does not have the lock's sha512" in run.stderr
    assert not list((tmp_path / "into").rglob("a"))


def test_a_machine_without_npm_is_told_so(tmp_path: Path) -> None:
    run = Registry(tmp_path, b"").fetch(b"", npm=str(tmp_path / "nowhere"))
    assert run.returncode == 1
    assert "install Node.js, or set NPM" in run.stderr


@pytest.mark.parametrize("folder", ["layers/browser", "local/libraries"])
def test_every_package_is_pinned_by_its_digest(folder: str) -> None:
    wanted = json.loads((ROOT / folder / "package.json").read_text())["dependencies"]
    packages = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    for name, version in wanted.items():
        entry = packages[f"node_modules/{name}"]
        assert entry["version"] == version
        assert entry["integrity"].startswith("sha512-")
    assert "resolved" not in str(packages)
