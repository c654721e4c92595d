"""Callers without the secret: nobody gets in, and nobody learns anything."""

from __future__ import annotations

import hmac
from typing import Any

import pytest

from deployer.adapters.api_gateway import error_answer
from deployer.domain.errors import DeployerError
from deployer.domain.evaluation_url import EvaluationRules
from deployer.domain.secret import HashedSecret
from deployer.services.admit import Opens, admit, own_secret, shared_secret
from tests.support.builders import a_body
from tests.support.fakes import InMemoryCallerSecrets

SECRET = "Correct-Hörse"
GUESSES = (
    "", " ", "correct-hörse", "CORRECT-HÖRSE", "Correct-Horse", "Correct-Ho\u0308rse", "Correct-H",
    "Correct-Hörse ", " Correct-Hörse", "Correct-Hörse\n", "Correct-Hörse\x00", "\x00Correct-Hörse",
    "Correct-Hörs", "Correct-Hörsee", "Correct‐Hörse", "Correct-H\xc3\xb6rse", "Correct-Hörse\u200b",
    "eslröH-tcerroC", "null", "None", "true", "undefined", "*", "%", ".*", "' OR '1'='1", "\ud800",
    "0" * 64, "Correct-Hörse" * 1000, "x" * 1_000_000,
    None, True, False, 0, 1, 1.5, [], {}, ["Correct-Hörse"], {"$ne": None}, {"Correct-Hörse": 1},
)  # fmt: skip
OTHER_FIELDS: tuple[dict[str, Any], ...] = (
    {},
    {"email": "nobody@example.com"},
    {"email": "not an e-mail"},
    {"email": None},
    {"email": ["student@example.com"]},
    {"email": "x" * 1_000_000},
    {"email": "student@example.com#sum-of-sales"},
    {"task": "another-task"},
    {"task": "../etc"},
    {"round": 2},
    {"round": "first"},
    {"nonce": ""},
    {"brief": None},
    {"checks": "none"},
    {"evaluation_url": "http://169.254.169.254/"},
    {"attachments": [{"name": "../x", "url": "no"}]},
)


def shared() -> Opens:
    return shared_secret(SECRET, None)


def per_email() -> Opens:
    callers = InMemoryCallerSecrets()
    callers.save("student@example.com", (HashedSecret.of(SECRET, "salt"),))
    return own_secret(callers)


def answer_to(opens: Opens, **changes: Any) -> tuple[int, str]:
    with pytest.raises(DeployerError) as caught:
        admit(a_body(**{"secret": "guess", **changes}), opens, EvaluationRules())
    answer = error_answer(caught.value)
    return answer.status_code, str(answer.body)


@pytest.mark.parametrize("gate", [shared, per_email])
@pytest.mark.parametrize("guess", GUESSES, ids=lambda guess: ascii(guess)[:40])
def test_it_is_not_opened_by(guess: Any, gate: Any) -> None:
    status, body = answer_to(gate(), secret=guess)
    assert status == (403 if isinstance(guess, str) and guess else 400)
    assert SECRET not in body


@pytest.mark.parametrize("gate", [shared, per_email])
@pytest.mark.parametrize("fields", OTHER_FIELDS, ids=lambda fields: ascii(fields)[:60])
def test_the_answer_to_a_wrong_secret_says_nothing_about(fields: dict[str, Any], gate: Any) -> None:
    assert answer_to(gate(), **fields) == answer_to(gate())


@pytest.mark.parametrize("secrets", [0, 1, 2])
def test_a_wrong_secret_costs_the_same_work_whoever_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, secrets: int
) -> None:
    compared: list[int] = []
    compare = hmac.compare_digest

    def counting(a: Any, b: Any) -> bool:
        compared.append(len(a))
        return compare(a, b)

    monkeypatch.setattr(hmac, "compare_digest", counting)
    callers = InMemoryCallerSecrets()
    kept = tuple(HashedSecret.of(f"secret {n}", "salt") for n in range(secrets))
    callers.save("student@example.com", kept)
    answer_to(own_secret(callers))
    assert compared == [64, 64]
