"""Characters that do not show are named, or taken out."""

import pytest

from deployer.domain.hidden_text import hidden_character, without_hidden

HIDDEN = [
    "\u00ad",
    "\u034f",
    "\u061c",
    "\u115f",
    "\u1160",
    "\u17b4",
    "\u180b",
    "\u180e",
    "\u200b",
    "\u200d",
    "\u200f",
    "\u202e",
    "\u2060",
    "\u2065",
    "\u2069",
    "\u206f",
    "\u3164",
    "\ufe00",
    "\ufe0e",
    "\ufeff",
    "\uffa0",
    "\ufff0",
    "\U0001d173",
    "\U000e0001",
    "\U000e0041",
    "\U000e0100",
    "\U000e01ef",
    "\x00",
    "\x1b",
    "\x85",
]
SHOWN = [
    "plain text",
    "\u2764\ufe0f",
    "1\ufe0f",
    "na\u00efve",
    "\u65e5\u672c",
    "e\u0301",
    "\U0001f600 x",
]


@pytest.mark.parametrize("character", HIDDEN, ids=ascii)
def test_a_character_that_does_not_show_is_found_and_taken_out(character: str) -> None:
    found = hidden_character(f"a{character}b")
    assert found is not None
    assert f"U+{ord(character):04X}" in found
    assert without_hidden(f"a{character}b") == "ab"


@pytest.mark.parametrize("text", SHOWN, ids=ascii)
def test_what_shows_is_kept(text: str) -> None:
    assert hidden_character(text) is None
    assert without_hidden(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [("\ufe0f", ""), ("a \ufe0f", "a "), ("a\ufe0f\ufe0f", "a\ufe0f"), ("a\n\ufe0f", "a\n")],
    ids=ascii,
)
def test_an_emoji_style_that_follows_nothing_shown_does_not_show(text: str, left: str) -> None:
    assert hidden_character(text) is not None
    assert without_hidden(text) == left


def test_lines_tabs_and_blanks_are_kept_in_a_text_of_many_lines() -> None:
    assert without_hidden("a  b\n\tc\u00a0d") == "a  b\n\tc\u00a0d"
