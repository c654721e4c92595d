"""Characters that do not show: they make two texts look alike, or a text look like another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import chain

_CATEGORIES = {
    "Cc": "a control character",
    "Cf": "an invisible character",
    "Cs": "half of a character",
    "Co": "a character of private use",
    "Cn": "a character that Unicode does not have",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}
"""Unicode's general categories. `Cf` has the zero-width ones and those that turn the direction."""


_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
"""Unicode's property Default_Ignorable_Code_Point (DerivedCoreProperties.txt, Unicode 14)."""
_STYLES = "\ufe0e\ufe0f"
"""Variation selectors 15 and 16: a symbol in black, or in colours as many emoji have it."""
_BREAK, _NON_JOINER, _JOINER = "\u200b", "\u200c", "\u200d"
_JOINED = ("ARABIC", "SYRIAC", "MANDAIC", "NKO", "MONGOLIAN", "PHAGS-PA", "ADLAM", "HANIFI")
"""Scripts whose letters join; characters are named by their script."""
_WITHOUT_BLANKS = ("THAI", "LAO", "KHMER", "MYANMAR")
"""Scripts that put no blanks between words."""
_VIRAMA = 9
"""Unicode's combining class of the signs that join two letters of an Indic script."""
_GLYPHS = re.compile("[\U000e0100-\U000e01ef]")
"""Variation selectors that choose among the forms of an ideograph (UTS 37)."""


def without_hidden(text: str) -> str:
    """`text`, of many lines perhaps, without what a person would not see."""
    shown = [" "]
    for character, after in _with_next(text):
        if character in "\n\t" or not (
            _is_ignored(shown[-1], character, after) or _is_control(character)
        ):
            shown.append(character)
    return "".join(shown[1:])


def _with_next(text: str) -> Iterator[tuple[str, str]]:
    return zip(text, chain(text[1:], " "), strict=False)


def _is_ignored(before: str, character: str, after: str) -> bool:
    return bool(_IGNORABLE.match(character)) and not _has_effect(before, character, after)


def _has_effect(before: str, character: str, after: str) -> bool:
    """True if an invisible character changes how its neighbours are shown."""
    if before.isspace():
        return False
    if _GLYPHS.match(character):
        return _is_of(before, ("CJK ",))
    if character in _STYLES:
        return not _IGNORABLE.match(before)
    if character == _JOINER and (_is_symbol(before) or before in _STYLES):
        return _is_symbol(after)
    if character == _BREAK:
        return _is_of(before, _WITHOUT_BLANKS) and _is_of(after, _WITHOUT_BLANKS)
    # As in RFC 5892, appendices A.1 and A.2, for names of the Internet.
    return character in (_NON_JOINER, _JOINER) and (
        _is_of(before, _JOINED) or _VIRAMA in map(unicodedata.combining, (before, after))
    )


def _is_of(character: str, scripts: tuple[str, ...]) -> bool:
    return unicodedata.name(character, "").startswith(scripts)


def _is_symbol(character: str) -> bool:
    """True for what emoji are made of, their skin tones included."""
    return unicodedata.category(character) in ("So", "Sk")


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"


def hidden_character(text: str) -> str | None:
    """The first character of `text` that does not show, described; None if all of them do."""
    before = " "
    for character, after in _with_next(text):
        if _is_ignored(before, character, after):
            kind: str | None = _CATEGORIES["Cf"]
        elif _IGNORABLE.match(character):
            kind = None
        else:
            kind = _CATEGORIES.get(unicodedata.category(character))
        if kind:
            return f"{kind} (U+{ord(character):04X})"
        before = character
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
