"""GitHub's, the evaluator's and the model's own memory, which no log of ours can embellish."""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Repository:
    """A repository as it lies on the local GitHub's disk."""

    full_name: str
    description: str
    commits: tuple[str, ...]
    """On `main`, newest first."""
    files: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """One notification that the evaluator received."""

    at: float
    text: str
    body: Mapping[str, Any]
    accepted: bool


@dataclass(frozen=True)
class OtherSide:
    repositories: tuple[Repository, ...]
    told: Mapping[str, tuple[Told, ...]]
    """By nonce, oldest first."""
    model_calls: int
    counted_writes: int
    """Those that GitHub's limits are about."""


def read(endpoints: Mapping[str, Any], github_data: Path) -> OtherSide:
    github = endpoints["github_api_url"]
    asked = _get(endpoints["llm_url"].removesuffix("/v1") + "/requests")
    requests_to_github = _get(f"{github}/_control/requests")
    return OtherSide(
        repositories=_repositories(github_data),
        told=_told(_get(f"{endpoints['evaluator_url']}/notifications")),
        model_calls=max((one["number"] for one in asked), default=0),
        counted_writes=sum(one["counted"] for one in requests_to_github),
    )


def limit_writes(endpoints: Mapping[str, Any]) -> None:
    """Let the local GitHub refuse what GitHub would refuse."""
    control = f"{endpoints['github_api_url']}/_control"
    requests.post(control, json={"limits": {"enabled": True}}, timeout=10).raise_for_status()


def _get(url: str) -> list[dict[str, Any]]:
    with requests.Session() as session:
        session.trust_env = False
        answer: list[dict[str, Any]] = session.get(url, timeout=60).json()
        return answer


def _repositories(data: Path) -> tuple[Repository, ...]:
    return tuple(_repository(record) for record in sorted(data.glob("repositories/*/*.json")))


def _repository(record: Path) -> Repository:
    kept, folder = json.loads(record.read_text()), record.with_suffix(".git")
    return Repository(
        full_name=f"{kept['owner']}/{kept['name']}",
        description=kept["description"] or "",
        commits=_git(folder, "log", "--format=%H", "main"),
        files=_git(folder, "ls-tree", "-r", "--name-only", "main"),
    )


def _git(folder: Path, *arguments: str) -> tuple[str, ...]:
    """The lines that git prints; none if there is no such branch."""
    said = subprocess.run(
        ["git", "--git-dir", str(folder), *arguments], capture_output=True, text=True, check=False
    )
    return tuple(said.stdout.splitlines())


def _told(notifications: list[dict[str, Any]]) -> dict[str, tuple[Told, ...]]:
    found: dict[str, tuple[Told, ...]] = defaultdict(tuple)
    for one in notifications:
        body = one["body"] or {}
        told = Told(one["received_at"], one["text"], body, one["status_answered"] < 300)
        found[body.get("nonce", "")] += (told,)
    return found
