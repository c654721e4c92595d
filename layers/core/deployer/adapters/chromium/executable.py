"""The Chromium to run: unpacked from the layer's brotli files, or one that is installed."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from deployer.domain.page import NoBrowserError

_TARS = ("al2023.tar.br", "fonts.tar.br", "swiftshader.tar.br")
"""Libraries that Amazon Linux 2023 lacks (nss, nspr, expat), Open Sans, graphics without a GPU."""
_CHUNK_BYTES = 1 << 20
_INSTALLED = (
    "google-chrome",
    "google-chrome-stable",
    "chromium",
    "chromium-browser",
    "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)


@dataclass(frozen=True)
class Executable:
    """A browser's program. `bundle` is the folder that has its libraries in `lib` and its fonts in
    `fonts`, if it brings its own; an installed browser uses the machine's."""

    path: Path
    bundle: Path | None = None


def find(path: str, packed: Path, unpacked: Path) -> Executable:
    """The browser at `path` if one is named; else the one in `packed`, which is unpacked to
    `unpacked`, if this machine can run it; else one that is installed.

    Raises:
        NoBrowserError: there is none.
    """
    if not path and packed.is_dir() and runs_packed():
        return unpack(packed, unpacked)
    return installed(path)


def unpack(packed: Path, into: Path) -> Executable:
    """The browser whose `*.br` files lie in `packed`; unpacked to `into` unless that was done.

    Takes about two seconds and 220 MB once. Several processes may do it at once: each works in a
    folder of its own, and the first to end gives it its name.

    Raises:
        NoBrowserError: the files are not there, or there is no room.
    """
    if not into.is_dir():
        try:
            into.parent.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(dir=into.parent, prefix=f".{into.name}-"))
            try:
                _unpack(packed, draft)
                draft.chmod(0o755)
                draft.rename(into)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
        except OSError as exc:
            if not into.is_dir():
                raise NoBrowserError(f"Chromium could not be unpacked: {exc}") from exc
    return Executable(into / "chromium", bundle=into)


def installed(path: str = "") -> Executable:
    """The browser at `path`, or the first of Chrome, Chromium and Edge on this machine.

    Raises:
        NoBrowserError: there is none.
    """
    if path:
        if not os.access(path, os.X_OK):
            raise NoBrowserError(f"BROWSER_PATH names no program: {path}")
        return Executable(Path(path))
    for name in _INSTALLED:
        found = shutil.which(name)
        if found:
            return Executable(Path(found))
    raise NoBrowserError("no Chrome, Chromium or Edge is found: install one, or set BROWSER_PATH")


def runs_packed() -> bool:
    """True if this machine can run the packaged binary, which is for 64-bit Linux on Intel."""
    return sys.platform == "linux" and os.uname().machine == "x86_64"


def _unpack(packed: Path, folder: Path) -> None:
    program = folder / "chromium"
    with program.open("wb") as target:
        for chunk in _decompressed(packed / "chromium.br"):
            target.write(chunk)
    program.chmod(0o755)
    for name in _TARS:
        content = io.BytesIO(b"".join(_decompressed(packed / name)))
        with tarfile.open(fileobj=content) as archive:
            for member in filter(tarfile.TarInfo.isfile, archive):
                _write(folder / member.name, archive.extractfile(member))


def _write(place: Path, content: IO[bytes] | None) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as target:
        shutil.copyfileobj(content or io.BytesIO(), target)


def _decompressed(path: Path) -> Iterator[bytes]:
    import brotli

    decompressor = brotli.Decompressor()
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK_BYTES):
            yield decompressor.process(chunk)
