"""Characters that do not show: they make two texts look alike, or a text look like another."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain

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


_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
"""Unicode's property Default_Ignorable_Code_Point (DerivedCoreProperties.txt, Unicode 14)."""
EMOJI_STYLE = "\ufe0f"
"""Variation selector 16: what it follows is shown in colours, as in many emoji."""


def without_hidden(text: str) -> str:
    """`text`, of many lines perhaps, without what a person would not see."""
    return "".join(
        character
        for before, character in zip(chain(" ", text), text, strict=False)
        if character in "\n\t" or not (_is_ignored(character, before) or _is_control(character))
    )


def _is_ignored(character: str, before: str) -> bool:
    styles = character == EMOJI_STYLE and not (before.isspace() or _IGNORABLE.match(before))
    return bool(_IGNORABLE.match(character)) and not styles


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"


def hidden_character(text: str) -> str | None:
    """The first character of `text` that does not show, described; None if all of them do."""
    for before, character in zip(chain(" ", text), text, strict=False):
        kind = _CATEGORIES.get(unicodedata.category(character))
        if not kind and _is_ignored(character, before):
            kind = _CATEGORIES["Cf"]
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
