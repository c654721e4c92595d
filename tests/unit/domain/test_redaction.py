from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.domain.redaction import REDACTED, SHORTEST_SECRET, redact


@pytest.mark.parametrize(
    "secret",
    [
        "ghp_" + "a1B2" * 9,
        "github_pat_" + "11ABCDEFG0_" * 6,
        "sk-proj-" + "a1B2c3D4" * 5,
        "sk-ant-api03-" + "a1B2c3D4" * 5,
        "AIza" + "Sy" * 17 + "x",
        "Bearer " + "any-key-of-a-proxy",
        "basic " + "eC1hY2Nlc3MtdG9rZW46bG9jYWw=",
    ],
)
def test_what_has_the_form_of_a_key_is_taken_out(secret: str) -> None:
    assert redact(f"401: '{secret}', try again") == f"401: '{REDACTED}', try again"


def test_a_known_secret_is_taken_out_whatever_its_form() -> None:
    assert redact("x=correct horse;", ["correct horse"]) == f"x={REDACTED};"


WRITERS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: f"told {text}!",
    "JSON": lambda text: json.dumps({"told": text}),
    "JSON with letters as they are": lambda text: json.dumps({"told": text}, ensure_ascii=False),
    "a repr": lambda text: repr({"told": text}),
    "a repr among other quotes": lambda text: repr(f'it\'s "{text}"'),
    "ASCII": lambda text: ascii(["told", text]),
    "bytes": lambda text: repr(text.encode()),
}


@pytest.mark.parametrize(
    "secret", ['p"a\\ss wörd', "it's wörd", "'\"both\"'", "a line\n", "tab\t\x7f\\😀"]
)
@pytest.mark.parametrize("outer", WRITERS)
@pytest.mark.parametrize("inner", WRITERS)
def test_a_known_secret_is_taken_out_however_it_is_written(
    inner: str, outer: str, secret: str
) -> None:
    line = redact(WRITERS[outer](WRITERS[inner](secret)), [secret])
    assert REDACTED in line
    assert not any(part in line for part in ("wörd", "w\\", "both", "line", "tab"))


@given(
    st.text(st.characters(codec="utf-8"), min_size=SHORTEST_SECRET),
    st.sampled_from(sorted(WRITERS)),
)
def test_any_known_secret_is_taken_out(secret: str, writer: str) -> None:
    assert REDACTED in redact(WRITERS[writer](secret), [secret])


def test_a_short_value_is_a_word() -> None:
    assert redact("any page", ["any"]) == "any page"


def test_a_line_without_secrets_stays_as_it_is() -> None:
    line = '{"fact": "published", "repo": "https://github.com/o/risk-basic-2", "sha": "0123abcd"}'
    assert redact(line, ["not-in-there"]) == line
