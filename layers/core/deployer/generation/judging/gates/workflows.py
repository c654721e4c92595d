"""A workflow runs with rights in the repository: it has what is listed here, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.gates.hosts import hosts_in
from deployer.generation.judging.subject import Subject

_TRIGGERS = {
    "push": "",
    "workflow_dispatch": "",
    "pull_request": r"pull.request",
    "schedule": r"\bschedul|\bcron|\b(?:dai|week|night|hour)ly\b",
}
"""What may start one, and which words of the brief ask for it."""
_WORKFLOW_KEYS = frozenset(
    {"name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"}
)
_JOB_KEYS = frozenset(
    {"name", "needs", "if", "runs-on", "permissions", "env", "defaults", "steps", "strategy",
     "timeout-minutes", "outputs", "continue-on-error", "concurrency"}
)  # fmt: skip
_STEP_KEYS = frozenset(
    {"name", "id", "if", "uses", "with", "run", "shell", "env", "working-directory",
     "continue-on-error", "timeout-minutes"}
)  # fmt: skip
_HOSTED = re.compile(r"(?:ubuntu|windows|macos)-(?:latest|\d+(?:\.\d+)?)")
_ACTION = re.compile(r"actions/[\w-]+(?:/[\w-]+)*@v\d+(?:\.\d+)*")
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
    yield from _permissions(workflow)
    yield from _jobs(workflow.get("jobs"))
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


def _permissions(owner: dict[str, Any]) -> Iterator[str]:
    rights = owner.get("permissions", {})
    values = set(rights.values()) if isinstance(rights, dict) else {rights}
    allowed = {"read", "none"} if isinstance(rights, dict) else {"read-all"}
    if any(not isinstance(value, str) or value not in allowed for value in values):
        yield "asks for rights to write: give it permissions to read only"


def _jobs(jobs: object) -> Iterator[str]:
    for job in jobs.values() if isinstance(jobs, dict) else [None]:
        if not isinstance(job, dict):
            yield "has no jobs that are mappings: write them out"
            continue
        yield from _unknown(job, _JOB_KEYS)
        yield from _permissions(job)
        runner = job.get("runs-on")
        if not (isinstance(runner, str) and _HOSTED.fullmatch(runner)):
            yield "runs on a machine that is not GitHub's: use runs-on: ubuntu-latest"
        yield from _steps(job.get("steps", []))


def _steps(steps: object) -> Iterator[str]:
    for step in steps if isinstance(steps, list) else [None]:
        if not isinstance(step, dict):
            yield "has steps that are no mappings: write them out"
            continue
        yield from _unknown(step, _STEP_KEYS)
        action = step.get("uses", "actions/checkout@v4")
        if not (isinstance(action, str) and _ACTION.fullmatch(action)):
            yield f"uses {action}: use only GitHub's own actions, as actions/NAME@vN"


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
    """No secret, no token, no whole context, and nothing that others can put into a command."""
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
    """What stands in `if`, an expression also without `${{ }}`."""
    jobs = workflow.get("jobs")
    for job in jobs.values() if isinstance(jobs, dict) else []:
        if isinstance(job, dict):
            steps = job.get("steps")
            for owner in [job, *(steps if isinstance(steps, list) else [])]:
                condition = owner.get("if", "") if isinstance(owner, dict) else ""
                if isinstance(condition, str) and "${{" not in condition:
                    yield condition
