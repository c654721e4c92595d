"""Characters that do not show: they make two texts look alike, or a text look like another."""

from __future__ import annotations

import unicodedata

_CATEGORIES = {
    "Cc": "a control character",
    "Cf": "an invisible character",
    "Cs": "half of a character",
    "Co": "a character of private use",
    "Cn": "a character that Unicode does not have",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
    "Zs": "an unusual blank",
}
"""Unicode's general categories. `Cf` has the zero-width ones and those that turn the direction."""


def hidden_character(text: str) -> str | None:
    """The first character of `text` that does not show, described; None if all of them do."""
    for character in text:
        kind = _CATEGORIES.get(unicodedata.category(character))
        if kind and character != " ":
            return f"{kind} (U+{ord(character):04X})"
    return None


def check_shown(text: str) -> str:
    """Return `text` if every character shows and some are not blank.

    Raises:
        ValueError: it holds one that does not, or nothing else than blanks.
    """
    hidden = hidden_character(text)
    if hidden:
        raise ValueError(f"holds {hidden}")
    return check_not_blank(text)


def check_not_blank(text: str) -> str:
    """Return `text`, of many lines perhaps, if there is something in it.

    Raises:
        ValueError: it is blank, or holds a NUL character.
    """
    if not text.strip():
        raise ValueError("must not be blank")
    if "\0" in text:
        raise ValueError("holds a control character (U+0000)")
    return text
