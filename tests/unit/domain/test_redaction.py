from __future__ import annotations

import json

import pytest

from deployer.domain.redaction import REDACTED, redact


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


def test_a_known_secret_is_taken_out_as_json_writes_it() -> None:
    secret = 'p"a\\ss wörd'
    assert redact(json.dumps({"told": secret}), [secret]) == json.dumps({"told": REDACTED})


def test_a_short_value_is_a_word() -> None:
    assert redact("any page", ["any"]) == "any page"


def test_a_line_without_secrets_stays_as_it_is() -> None:
    line = '{"fact": "published", "repo": "https://github.com/o/risk-basic-2", "sha": "0123abcd"}'
    assert redact(line, ["not-in-there"]) == line
