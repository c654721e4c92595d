"""The locks pin everything with a hash, nothing from elsewhere, nothing known to be weak."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.version import Version

from deployer.domain.providers import PROVIDERS

ROOT = Path(__file__).parents[2]
LOCKS = sorted([*ROOT.glob("requirements/*.txt"), *ROOT.glob("layers/*/requirements.txt")])
DENIED = tomllib.loads((ROOT / "requirements/denied.toml").read_text())["packages"]
PINNED = re.compile(r"(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[\w.+!-]+)( ; .+)?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
ADVISORY = re.compile(r"CVE-\d{4}-\d{4,}|GHSA(-[0-9a-z]{4}){3}")


def requirements(lock: str) -> list[list[str]]:
    """Each requirement with its options, as a list of the lines that it is written on."""
    kept = [line for line in lock.splitlines() if line and not line.startswith("#")]
    joined = "\n".join(kept).replace("\\\n", "\0")
    return [[part.strip() for part in line.split("\0")] for line in joined.split("\n")]


def faults(lock: str) -> list[str]:
    """Requirements that are not a name, one version and hashes."""
    return [
        first
        for first, *options in requirements(lock)
        if not PINNED.fullmatch(first)
        or not options
        or not all(HASH.fullmatch(option) for option in options)
    ]


def weak(lock: str) -> list[str]:
    pins = [PINNED.fullmatch(first) for first, *_ in requirements(lock)]
    return [
        f"{pin['name']} {pin['version']}: {DENIED[pin['name']]['id']}"
        for pin in pins
        if pin
        and pin["name"] in DENIED
        and Version(pin["version"]) < Version(DENIED[pin["name"]]["fixed"])
    ]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.relative_to(ROOT)))
def test_a_lock_pins_versions_with_hashes_from_the_index_and_none_known_to_be_weak(
    lock: Path,
) -> None:
    text = lock.read_text()
    assert requirements(text)
    assert faults(text) == []
    assert weak(text) == []


def test_every_lock_of_the_makefile_is_looked_at() -> None:
    written = re.findall(r"-o (\S+\.txt)", (ROOT / "Makefile").read_text())
    found = {str(lock.relative_to(ROOT)) for lock in LOCKS}
    assert {name for name in written if "$" not in name} <= found
    assert {f"layers/{name}/requirements.txt" for name in PROVIDERS} <= found


A_HASH = f"    --hash=sha256:{'0' * 64}"


@pytest.mark.parametrize(
    "requirement",
    [
        "flask==3.1.3",
        f"flask>=3.1 \\\n{A_HASH}",
        f"flask @ https://example.com/flask.whl \\\n{A_HASH}",
        f"git+https://github.com/pallets/flask@main \\\n{A_HASH}",
        f"-e ../flask \\\n{A_HASH}",
        f"--extra-index-url https://example.com/simple\nflask==3.1.3 \\\n{A_HASH}",
        "flask==3.1.3 \\\n    --hash=md5:00000000000000000000000000000000",
    ],
)
def test_anything_else_is_a_fault(requirement: str) -> None:
    assert len(faults(f"# a comment\n{requirement}\n")) == 1


def test_a_weak_version_is_named_with_its_advisory() -> None:
    assert weak(f"protobuf==5.29.5 \\\n{A_HASH}\n") == ["protobuf 5.29.5: CVE-2026-0994"]
    assert weak(f"protobuf==5.29.6 \\\n{A_HASH}\n") == []


def test_every_denied_version_has_its_source() -> None:
    pinned = {match["name"] for lock in LOCKS for match in PINNED.finditer(lock.read_text())}
    for name, denied in DENIED.items():
        assert set(denied) == {"fixed", "id", "why"}, name
        assert ADVISORY.fullmatch(denied["id"]), name
        assert name in pinned, f"{name} is in no lock any more: take it off the list"
