"""npm packages that a lock pins, brought by the npm of this machine and unpacked side by side.

    python fetch_packages.py PACKAGE_LOCK FOLDER

Of `PACKAGE_LOCK` the direct dependencies are taken, none of theirs: what is wanted is files, and
nothing of a package is run. Each lies in `FOLDER/<name>@<version>/` once the SHA-512 of what npm
brought is that of the lock, and is not asked for again. `NPM` names another npm than the first on
the path; where packages come from is npm's own configuration. Standard library only: a layer's
build runs this with whatever Python there is.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PATIENCE_SECONDS = 900


class FetchError(Exception):
    """A package could not be had as the lock describes it."""


@dataclass(frozen=True)
class Pin:
    """One package of a lock, by name, version and `sha512-<base64>`."""

    name: str
    version: str
    integrity: str

    @property
    def folder(self) -> str:
        return f"{self.name}@{self.version}"


def pins(lock: Path) -> list[Pin]:
    """The direct dependencies of a lock (npm's format 2 or 3).

    Raises:
        FetchError: one has no SHA-512.
    """
    packages = json.loads(lock.read_text())["packages"]
    found = []
    for alias in packages[""]["dependencies"]:
        entry = packages[f"node_modules/{alias}"]
        if not entry.get("integrity", "").startswith("sha512-"):
            raise FetchError(f"{lock}: {alias} has no sha512 integrity")
        found.append(Pin(entry.get("name", alias), entry["version"], entry["integrity"]))
    return found


def fetch(pin: Pin, folder: Path) -> None:
    """Bring the package into `folder`, unless it is there.

    Raises:
        FetchError: npm is missing or failed, or what it brought is not what the lock pins.
    """
    place = folder / pin.folder
    if place.is_dir():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".draft-") as draft:
        archive = _pack(pin, Path(draft))
        _check(pin, archive)
        unpacked = Path(draft, "unpacked")
        _unpack(archive, unpacked)
        try:
            unpacked.rename(place)
        except OSError:  # another build was first; what it brought has passed the same check
            if not place.is_dir():
                raise


def _pack(pin: Pin, folder: Path) -> Path:
    npm = os.environ.get("NPM", "npm")
    # `npm pack` names the registry's file as it is and runs no script of it.
    command = [npm, "pack", "--silent", "--ignore-scripts", f"{pin.name}@{pin.version}"]
    try:
        run = subprocess.run(  # noqa: S603 - a fixed argument list, never a shell
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except OSError as exc:
        raise FetchError(f"npm does not start ({exc}): install Node.js, or set NPM") from exc
    except subprocess.TimeoutExpired as exc:
        raise FetchError(f"npm did not bring {pin.folder} in {PATIENCE_SECONDS} s") from exc
    archives = list(folder.glob("*.tgz"))
    if run.returncode != 0 or len(archives) != 1:
        said = (run.stderr or run.stdout).strip() or f"exit code {run.returncode}"
        raise FetchError(f"npm did not bring {pin.folder}: {said.splitlines()[-1]}")
    return archives[0]


def _check(pin: Pin, archive: Path) -> None:
    with archive.open("rb") as content:
        digest = hashlib.file_digest(content, "sha512").digest()
    if f"sha512-{base64.b64encode(digest).decode()}" != pin.integrity:
        raise FetchError(f"what npm brought as {pin.folder} does not have the lock's sha512")


def _unpack(archive: Path, folder: Path) -> None:
    """The regular files below the archive's one folder; links and odd names are left out."""
    with tarfile.open(archive) as packed:
        for member in packed:
            parts = PurePosixPath(member.name).parts[1:]
            content = packed.extractfile(member) if member.isfile() else None
            if content is None or not parts or ".." in parts:
                continue
            place = folder.joinpath(*parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.read())


def main(lock: str, folder: str) -> int:
    """Fetch all of `lock`; 1 if one could not be had."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    try:
        for pin in pins(Path(lock)):
            fetch(pin, Path(folder))
    except FetchError as exc:
        print(exc, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
