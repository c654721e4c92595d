"""The page of one task: what its status tells, for people; and the page that leads to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from deployer.pages.rendering import policy, rendered

_ROOT = "../../../"
"""From /api/status/{email}/{task} to the API's own address."""
_ENDED = {"NOTIFIED": "good", "NOTIFY_FAILED": "bad", "FAILED": "bad"}
"""States in which nothing moves any more, and how they look."""
_WAY = (
    ("written", {"GENERATED", "PUBLISHED", "NOTIFIED", "NOTIFY_FAILED"}),
    ("published", {"PUBLISHED", "NOTIFIED", "NOTIFY_FAILED"}),
    ("told to the evaluator", {"NOTIFIED"}),
)
"""The steps of a round after it was accepted, each with the states in which it is done."""


class Page(NamedTuple):
    """A whole HTML document, and the policy under which a browser is to show it."""

    html: str
    policy: str


def task_page(status: Mapping[str, Any]) -> Page:
    """The page of a task; `status` is what `services.status.status` gives."""
    rounds = [_round(name, status[name]) for name in status if name.startswith("round")]
    rounds.sort(key=lambda one: -one["number"])
    html = rendered(
        "task.html",
        root=_ROOT,
        email=status["email"],
        task=status["task_id"],
        rounds=rounds,
        live=any(one["state"] not in _ENDED for one in rounds),
        digest=digest(status),
    )
    return Page(html, policy(_picture_origins(rounds)))


def digest(status: Mapping[str, Any]) -> str:
    """A mark of what a page of this status shows: a page that has seen it need not be sent again.

    The addresses of screenshots are left out, as each answer signs them anew.
    """
    shown = {name: _lasting(status[name]) for name in status if name.startswith("round")}
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]


def home_page(root: str, version: str) -> Page:
    """The page at the API's own address `root`: a form that leads to a task's page."""
    return Page(rendered("home.html", root=root, version=version), policy())


def message_page(heading: str, sentence: str) -> Page:
    """A page of one sentence, in place of a task's."""
    html = rendered("message.html", root=_ROOT, heading=heading, sentence=sentence)
    return Page(html, policy())


def _lasting(entry: Mapping[str, Any]) -> dict[str, Any]:
    report = entry.get("generation")
    if report is None:
        return dict(entry)
    return {**entry, "generation": {**report, "screenshots": sorted(report["screenshots"])}}


def _round(name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The status of one round with what its page needs besides."""
    return {
        "error": None,
        "waiting": None,
        "generation": None,
        **entry,
        "number": int(name.removeprefix("round")),
        "tone": _ENDED.get(entry["state"], "open"),
        "way": _way(entry["state"]),
    }


def _way(state: str) -> list[dict[str, str]]:
    """The steps of a round. One that FAILED shows no more than that: what it still has of a site
    may be that of the content before, so its reason says how far it came."""
    accepted = {"tone": "good", "mark": "✓", "words": "accepted"}
    if state == "FAILED":
        return [accepted, {"tone": "bad", "mark": "✗", "words": "failed"}]
    return [accepted, *(_step(words, done, state) for words, done in _WAY)]


def _step(words: str, done: set[str], state: str) -> dict[str, str]:
    if state in done:
        return {"tone": "good", "mark": "✓", "words": words}
    if _ENDED.get(state) == "bad":
        return {"tone": "bad", "mark": "✗", "words": f"not {words}"}
    return {"tone": "quiet", "mark": "○", "words": f"not yet {words}"}


def _picture_origins(rounds: list[dict[str, Any]]) -> set[str]:
    links = [
        link
        for one in rounds
        if one["generation"] is not None
        for link in one["generation"]["screenshots"].values()
    ]
    return {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, links)}
