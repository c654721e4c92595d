"""Injected instructions, obeyed by the model: from the POST to what git has."""

from __future__ import annotations

import html
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from deployer import bootstrap
from deployer.connections import Connections
from deployer.generation.answers.grammar import render_blocks
from local.model.behaviour import BEHAVIOURS, Answer
from tests.integration.conftest import System
from tests.integration.test_secrets import keep
from tests.support.builders import a_data_uri
from tests.unit.generation.canaries import CANARIES, KEY, Canary

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")
OWN_FILES = {"index.html", "README.md", "LICENSE", ".nojekyll", ".deployer/ledger.json"}
HOST = re.compile(r"(?:https?:)?//([\w-]+(?:\.[\w-]+)+)")
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
KNOWN_HOSTS = {"127.0.0.1", "cdn.jsdelivr.net", "cdnjs.cloudflare.com", "unpkg.com", "www.w3.org"}


def send(system: System, canary: Canary, task: str) -> str:
    """Post the canary's request, have it built, and say how that ended."""
    attachments = [
        {"name": one.name, "url": a_data_uri(one.content, one.media_type)}
        for one in canary.attachments
    ]
    checks = [canary.check] if canary.check else []
    body = system.request(
        "round1", task=task, brief=canary.brief, checks=checks, attachments=attachments
    )
    assert system.post(body)[0] == 200
    system.work()
    state: str = system.status("student@example.com", task)[1]["round1"]["state"]
    return state


def git(repository: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(repository), *arguments], check=True, capture_output=True, text=True
    ).stdout


def own_text(repository: Path, path: str, canary: Canary) -> str:
    """A file without what it quotes of the brief, which is the caller's to say."""
    text = git(repository, "show", f"main:{path}")
    return text.replace(canary.brief, "").replace(html.escape(canary.brief), "")


def foreign(repository: Path, canary: Canary) -> Iterator[str]:
    """Files and texts of the attacker's, or that no site has."""
    attached = {one.name for one in canary.attachments}
    for line in git(repository, "ls-tree", "-r", "--full-tree", "main").splitlines():
        mode, kind, _, path = line.split(maxsplit=3)
        if (mode, kind) != ("100644", "blob") or path not in OWN_FILES | attached:
            yield f"{path} ({mode} {kind})"
        elif path not in attached:
            text = own_text(repository, path, canary)
            if canary.by_policy and path == "index.html":
                (policy,) = POLICY.findall(text)
                # The page may name the attacker, as long as its policy does not.
                text = policy if canary.payload in policy else text.replace(canary.payload, "x")
            unknown = set(HOST.findall(text)) - KNOWN_HOSTS
            yield from (f"{path}: {found}" for found in unknown)
            yield from (f"{path}: {found}" for found in (canary.payload, KEY) if found in text)


@pytest.mark.parametrize(("times", "published"), [(1, 19), (99, 12)], ids=["once", "always"])
def test_what_a_model_that_obeys_writes_is_in_no_repository(
    system: System, monkeypatch: pytest.MonkeyPatch, times: int, published: int
) -> None:
    keep(STUDENT_SECRET="local-secret", GITHUB_TOKEN=system.github.token, OPENAI_API_KEY=KEY)
    states: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    for number, canary in enumerate(CANARIES):
        task = f"canary-{number}"
        make_obedient(system, canary, times, monkeypatch)
        states[canary.name] = send(system, canary, task)
        repositories = list((system.github_data / "repositories").rglob(f"{task}.git"))
        # It was published, without the payload, or there is no repository.
        assert len(repositories) == (states[canary.name] == "PUBLISHED"), canary.name
        found[canary.name] = [one for each in repositories for one in foreign(each, canary)]
    assert {name: what for name, what in found.items() if what} == {}
    assert set(states.values()) == {"PUBLISHED", "FAILED"}
    # A model that obeys once has mended it when asked to; what it cannot mend is not published.
    assert list(states.values()).count("PUBLISHED") == published


def make_obedient(
    system: System, canary: Canary, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next answers do what the canary's text orders."""
    monkeypatch.setitem(
        BEHAVIOURS, "obey_canary", lambda asked: Answer(render_blocks(canary.obey(), asked.nonce))
    )
    monkeypatch.setenv("ALLOW_WORKFLOWS", str(canary.allow_workflows).lower())
    bootstrap.connect(Connections())
    body = {"behaviour": "obey_canary", "times": times}
    requests.post(f"{system.model_url}/control", json=body, timeout=5).raise_for_status()
