"""A workflow runs with rights in the repository: it has what is listed here, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.subject import Subject
from deployer.generation.reading.urls import hosts_in
from deployer.generation.reading.workflows import publishes_pages

_TRIGGERS = {
    "push": "",
    "workflow_dispatch": "",
    "pull_request": r"pull.request",
    "schedule": r"\bschedul|\bcron|\b(?:dai|week|night|hour)ly\b",
}
"""Events that may start a workflow, each with the words of a brief that ask for it."""
_WORKFLOW_KEYS = frozenset(
    {"name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"}
)
_JOB_KEYS = frozenset(
    {"name", "needs", "if", "runs-on", "permissions", "env", "defaults", "steps", "strategy",
     "timeout-minutes", "outputs", "continue-on-error", "concurrency", "environment"}
)  # fmt: skip
_STEP_KEYS = frozenset(
    {"name", "id", "if", "uses", "with", "run", "shell", "env", "working-directory",
     "continue-on-error", "timeout-minutes"}
)  # fmt: skip
_HOSTED = re.compile(r"(?:ubuntu|windows|macos)-(?:latest|\d+(?:\.\d+)?)")
_ACTION = re.compile(r"(actions/[\w-]+(?:/[\w-]+)*|[\w-]+/[\w/-]+)@v\d+(?:\.\d+)*")
_WELL_KNOWN = frozenset(
    {"astral-sh/ruff-action", "astral-sh/setup-uv", "biomejs/setup-biome", "chartboost/ruff-action",
     "browser-actions/setup-chrome", "davidanson/markdownlint-cli2-action", "denoland/setup-deno",
     "mamba-org/setup-micromamba", "oven-sh/setup-bun", "pnpm/action-setup", "pre-commit/action",
     "quarto-dev/quarto-actions/setup", "r-lib/actions/setup-r", "ruby/setup-ruby"}
)  # fmt: skip
"""Actions beside GitHub's own that set up or run a tool, and need no token."""
_PAGES_RIGHTS = frozenset({"pages", "id-token"})
"""The rights to write that `actions/deploy-pages` needs (its README)."""
_DOWNLOAD = re.compile(
    r"\b(?:curl|wget|aria2c?|ncat|netcat|nc|iwr|irm|Invoke-(?:WebRequest|RestMethod|Expression)|ssh|scp)\b|/dev/tcp",
    re.IGNORECASE,
)
_EXPRESSION = re.compile(r"\$\{\{((?:'[^']*'|[^'}]|\}(?!\}))*)\}\}")
_HARMLESS_NAME = re.compile(
    r"github\.(?:ref|ref_name|sha|repository|repository_owner|workflow|run_id|run_number|event_name)"
    r"|(?:matrix|env|runner|inputs)\.[\w-]+|steps\.[\w-]+\.(?:outputs\.[\w-]+|outcome|conclusion)"
    r"|needs\.[\w-]+\.(?:outputs\.[\w-]+|result)|true|false|null"
    r"|always|success|failure|cancelled|contains|startsWith|endsWith|format|join|hashFiles",
    re.IGNORECASE,
)


def inspect(subject: Subject) -> Iterator[Finding]:
    for path in subject.changed:
        if path.lower().startswith(".github/"):
            for problem in dict.fromkeys(_problems(subject, subject.site.text(path))):
                yield Finding(
                    Severity.FORBIDDEN, "workflow", f"{path}: {problem}", f"{path} {problem}"
                )


def _problems(subject: Subject, text: str) -> Iterator[str]:
    try:
        # BaseLoader makes texts, lists and mappings only: `on` stays a word and no tag is obeyed.
        workflow = yaml.BaseLoader(text).get_single_data()
        shared = any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text))
    except (yaml.YAMLError, RecursionError):
        yield "cannot be read as YAML: write one plain document"
        return
    if shared or not isinstance(workflow, dict):
        yield "is no mapping without aliases: write every part out"
        return
    yield from _unknown(workflow, _WORKFLOW_KEYS)
    yield from _triggers(workflow.get("on"), subject.assignment.brief)
    publishes = publishes_pages(text)
    if publishes:
        yield from _publication(workflow)
    yield from _permissions(workflow, publishes=publishes)
    yield from _jobs(workflow.get("jobs"), publishes=publishes)
    for each in _texts(workflow):
        yield from _text(each, subject)
    for condition in _conditions(workflow):
        yield from _expression(condition)


def _unknown(mapping: dict[str, Any], known: frozenset[str]) -> Iterator[str]:
    yield from (f"has {key!r}, which is not allowed: remove it" for key in mapping.keys() - known)


def _triggers(on: object, brief: str) -> Iterator[str]:
    events = on if isinstance(on, list | dict) else [on]
    for event in events:
        asked = _TRIGGERS.get(event) if isinstance(event, str) else None
        if asked is None or not re.search(asked, brief, re.IGNORECASE):
            yield f"is started by {event}: use push or workflow_dispatch"


def _publication(workflow: dict[str, Any]) -> Iterator[str]:
    """Problems for which Pages would never serve the commit (README of actions/deploy-pages)."""
    on = workflow.get("on")
    if "push" not in (on if isinstance(on, list | dict) else [on]):
        yield "publishes Pages, but is not started by push: add push to its events"
    jobs = workflow.get("jobs")
    for job in jobs.values() if isinstance(jobs, dict) else []:
        deploys = any(each.startswith("actions/deploy-pages@") for each in _texts(job))
        if deploys and isinstance(job, dict) and "environment" not in job:
            yield "publishes Pages in a job without environment: github-pages: add it"


def _permissions(owner: dict[str, Any], *, publishes: bool) -> Iterator[str]:
    rights = owner.get("permissions", {})
    if rights == "read-all":
        return
    for name, right in rights.items() if isinstance(rights, dict) else [("all", rights)]:
        pages = publishes and name in _PAGES_RIGHTS and right == "write"
        if right not in ("read", "none") and not pages:
            yield (
                f"asks for {name}: {right}: give it permissions to read only, and to write "
                "pages and id-token if it uses actions/deploy-pages"
            )


def _jobs(jobs: object, *, publishes: bool) -> Iterator[str]:
    for job in jobs.values() if isinstance(jobs, dict) else [None]:
        if not isinstance(job, dict):
            yield "has no jobs that are mappings: write them out"
            continue
        yield from _unknown(job, _JOB_KEYS)
        yield from _permissions(job, publishes=publishes)
        runner = job.get("runs-on")
        if not (isinstance(runner, str) and _HOSTED.fullmatch(runner)):
            yield "runs on a machine that is not GitHub's: use runs-on: ubuntu-latest"
        place = job.get("environment", "github-pages")
        if (place.get("name") if isinstance(place, dict) else place) != "github-pages":
            yield f"uses the environment {place}: only github-pages is there"
        yield from _steps(job.get("steps", []))


def _steps(steps: object) -> Iterator[str]:
    for step in steps if isinstance(steps, list) else [None]:
        if not isinstance(step, dict):
            yield "has steps that are no mappings: write them out"
            continue
        yield from _unknown(step, _STEP_KEYS)
        if "uses" in step and not _is_known(step["uses"]):
            yield f"uses {step['uses']}: run the tool, or use GitHub's own actions/NAME@vN"


def _is_known(action: object) -> bool:
    match = _ACTION.fullmatch(action) if isinstance(action, str) else None
    return match is not None and (
        match[1].startswith("actions/") or match[1].lower() in _WELL_KNOWN
    )


def _text(text: str, subject: Subject) -> Iterator[str]:
    tool = _DOWNLOAD.search(text)
    if tool and not subject.asked_for(tool[0]):
        yield f"downloads with {tool[0]}, which the brief does not ask for: remove it"
    for host in sorted(hosts_in(text) - hosts_in(subject.all_text)):
        yield f"names {host}, which neither brief nor checks name: remove it"
    expressions = _EXPRESSION.findall(text)
    if text.count("${{") != len(expressions):
        yield "has an expression without an end: write ${{ ... }}"
    for expression in expressions:
        yield from _expression(expression)


def _expression(expression: str) -> Iterator[str]:
    """Problems of an expression. It may name no secret, no token, no whole context, and nothing
    that strangers can put into a command."""
    bare = re.sub(r"'[^']*'", "''", expression)
    for name in re.findall(r"[A-Za-z_][\w.*-]*", bare):
        if not _HARMLESS_NAME.fullmatch(name):
            yield f"reads {name} in an expression: remove it"
    if "[" in bare:
        yield "reads a context with brackets: write it with dots"


def _texts(value: object) -> Iterator[str]:
    """All keys and values, however deep."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += [*part, *part.values()]
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, str):
            yield part


def _conditions(workflow: dict[str, Any]) -> Iterator[str]:
    """The texts of `if`, which are expressions also without `${{ }}`."""
    jobs = workflow.get("jobs")
    for job in jobs.values() if isinstance(jobs, dict) else []:
        if isinstance(job, dict):
            steps = job.get("steps")
            for owner in [job, *(steps if isinstance(steps, list) else [])]:
                condition = owner.get("if", "") if isinstance(owner, dict) else ""
                if isinstance(condition, str) and "${{" not in condition:
                    yield condition
