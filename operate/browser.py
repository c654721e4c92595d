"""The browser that the local cloud opens candidates with."""

from __future__ import annotations

import os

from deployer.adapters.chromium.executable import installed, runs_packed
from deployer.domain.page import NoBrowserError
from operate.places import CHROMIUM, LIBRARIES


def environment() -> dict[str, str]:
    """The browser function's variables that name its files on this machine. `BROWSER_PATH`, if the
    shell has it, reaches the function by itself."""
    packed = next(CHROMIUM.glob("@sparticuz/chromium@*/bin"), CHROMIUM / "none")
    return {"CHROMIUM_FOLDER": str(packed), "LIBRARIES_FOLDER": str(LIBRARIES)}


def missing() -> str:
    """The reason why there is no browser, and the cure; empty if there is one."""
    path = os.environ.get("BROWSER_PATH", "")
    if not path and runs_packed() and any(CHROMIUM.glob("@sparticuz/chromium@*/bin")):
        return ""
    try:
        installed(path)
    except NoBrowserError as exc:
        return f"sites are published without being opened in a browser: {exc}"
    return ""
