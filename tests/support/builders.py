"""Valid values by default; a test changes what it is about."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from deployer.domain.generation_report import GenerationReport
from deployer.domain.language_model import Usage
from deployer.domain.publication import Publication
from deployer.domain.request import DeploymentRequest, parse_request
from deployer.domain.round import Round

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def a_data_uri(content: bytes = b"product,sales\npen,1.50\n", media_type: str = "text/csv") -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def a_body(**changes: Any) -> dict[str, Any]:
    """The JSON object of a request, with its secret."""
    return {
        "email": "student@example.com",
        "secret": "correct horse",
        "task": "sum-of-sales",
        "round": 1,
        "nonce": "nonce-1",
        "brief": "Show the sum of the sales in #total-sales.",
        "checks": ["Repo has MIT license", {"js": "!!document.querySelector('#total-sales')"}],
        "evaluation_url": "https://evaluator.example.com/notify",
        "attachments": [{"name": "data.csv", "url": a_data_uri()}],
        **changes,
    }


def a_request(**changes: Any) -> DeploymentRequest:
    return parse_request(a_body(**changes))


def a_round(**changes: Any) -> Round:
    """A record that was accepted and never written."""
    return Round.accepted(a_request(**changes), START)


def a_publication(**changes: Any) -> Publication:
    values: dict[str, Any] = {
        "repository": "octocat/sum-of-sales",
        "repository_id": 1296269,
        "repo_url": "https://github.com/octocat/sum-of-sales",
        "commit_sha": "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d",
        "pages_url": "https://octocat.github.io/sum-of-sales/",
        "site_ref": "sites/d-1.json",
        "page_digest": "cd" * 32,
        **changes,
    }
    return Publication(**values)


def a_report(**changes: Any) -> GenerationReport:
    values: dict[str, Any] = {
        "model": "openai/some-model",
        "calls": 2,
        "usage": Usage(input_tokens=1000, cached_tokens=400, output_tokens=300),
        "prompt_digest": "ab" * 32,
        **changes,
    }
    return GenerationReport(**values)


class SettableClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start

    def __call__(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
