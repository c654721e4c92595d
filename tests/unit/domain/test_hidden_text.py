"""Characters that do not show are named, or taken out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    "\u2764\ufe0e",
    "a\u00a0b\u202fc\u3000d",
    "\U0001f469\u200d\U0001f4bb",
    "\U0001f469\U0001f3fd\u200d\U0001f680",
    "\u2764\ufe0f\u200d\U0001f525",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\u0647\u200d",
    "\u0915\u094d\u200d\u0937",
    "\u0995\u09cd\u200c\u09b7",
    "\u09b0\u200d\u09cd\u09af",
    "\u0dc1\u0dca\u200d\u0dbb\u0dd3",
    "\u179f\u200b\u1793",
    "\u845b\U000e0100",
]
"""Among them joiners and selectors where they change what is seen: emoji, Persian, Hindi, Bengali,
Sinhala, breaks between Khmer words, a form of an ideograph."""


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


@pytest.mark.parametrize(
    "text",
    [
        "pay\u200cpal",
        "\U0001f469\u200d\u200d\U0001f4bb",
        "\U0001f469\u200dx",
        "\u0645\u200c\u200c\u200c\u062e",
        "\u200d\U0001f4bb",
        "a\u200bb",
        "a\U000e0100",
        "\U0001f600\U000e0100\U000e0101",
    ],
    ids=ascii,
)
def test_a_joiner_that_joins_nothing_does_not_show(text: str) -> None:
    assert hidden_character(text) is not None
    assert hidden_character(without_hidden(text)) is None


ODD = "a\u0645\u094d\u2764\U0001f469\u200b\u200c\u200d\ufe0f\U000e0041 "


@given(st.text(st.sampled_from(ODD)))
def test_what_is_left_shows_and_is_left_alone(text: str) -> None:
    left = without_hidden(text)
    assert hidden_character(left) is None
    assert without_hidden(left) == left
    assert (left == text) == (hidden_character(text) is None)


def test_lines_tabs_and_blanks_are_kept_in_a_text_of_many_lines() -> None:
    assert without_hidden("a  b\n\tc\u00a0d") == "a  b\n\tc\u00a0d"
