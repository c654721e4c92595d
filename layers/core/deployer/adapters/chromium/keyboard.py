"""Keys as the protocol wants them (Input.dispatchKeyEvent)."""

from __future__ import annotations

from typing import Any

_CODES = {
    "Enter": 13, "Escape": 27, "Tab": 9, "Backspace": 8, "Delete": 46, "Space": 32, " ": 32,
    "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Home": 36, "End": 35,
    "PageUp": 33, "PageDown": 34,
}  # fmt: skip
"""Windows virtual key codes, which pages still read."""


def key_events(key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The events of a key that goes down and up: `Enter`, `ArrowLeft`, `Space`, `a`."""
    text = {"Enter": "\r", "Space": " "}.get(key, key if len(key) == 1 else "")
    code = _CODES.get(key, ord(key.upper()) if len(key) == 1 else 0)
    name = " " if key == "Space" else key
    pressed = {"key": name, "code": key, "windowsVirtualKeyCode": code}
    return {"type": "keyDown", "text": text, **pressed}, {"type": "keyUp", **pressed}
