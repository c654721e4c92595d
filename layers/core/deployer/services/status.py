"""The status of a task, as any caller may see it: no nonce, no brief, no URL of theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deployer.domain.check_verdict import CheckVerdict
from deployer.domain.computed import ComputedFile
from deployer.domain.generation_report import GenerationReport
from deployer.domain.notification import Notification
from deployer.domain.ports import Rounds
from deployer.domain.request import names_a_task
from deployer.domain.round import Round

Link = Callable[[str], str]
"""Gives the address at which a stored screenshot can be seen for a while."""


def status(email: str, task: str, *, rounds: Rounds, link: Link) -> dict[str, Any] | None:
    """Every round of the task as `round1`, `round2`, ...; None if there is none."""
    found = rounds.of_task(email, task) if names_a_task(email, task) else []
    if not found:
        return None
    return {
        "email": email,
        "task_id": task,
        **{f"round{record.round}": _round(record, link) for record in found},
    }


def _round(record: Round, link: Link) -> dict[str, Any]:
    publication, waiting, failure = (
        record.publication,
        record.waiting,
        record.failure,
    )
    answer: dict[str, Any] = {
        "deployment_id": record.latest.deployment_id,
        "timestamp": record.accepted_at.isoformat(),
        "updated_at": record.updated_at.isoformat(),
        "state": record.state.value,
        "repo_url": publication.repo_url if publication else None,
        "pages_url": publication.pages_url if publication else None,
        "commit_sha": publication.commit_sha if publication else None,
        "pages": record.pages.value if record.pages else None,
        "notification": _notification(record.latest),
    }
    if record.generation:
        answer["generation"] = _generation(record.generation, link)
    if waiting:
        answer["waiting"] = {"for": waiting.reason, "until": waiting.until.isoformat()}
    if failure:
        answer["error"] = failure.reason
    return answer


def _generation(report: GenerationReport, link: Link) -> dict[str, Any]:
    return {
        "model": report.model,
        "calls": report.calls,
        "input_tokens": report.usage.input_tokens,
        "output_tokens": report.usage.output_tokens,
        "cost_usd": report.cost_usd,
        "unmet": list(report.unmet),
        "unproven": list(report.unproven),
        "repaired": list(report.repaired),
        "notes": list(report.notes),
        "verdicts": [_verdict(verdict) for verdict in report.verdicts],
        "computed": [_computed(one) for one in report.computed],
        "screenshots": {str(each.width): link(each.key) for each in report.pictures},
    }


def _computed(one: ComputedFile) -> dict[str, Any]:
    return {"path": one.path, "inputs": list(one.inputs), "bytes": one.bytes}


def _verdict(verdict: CheckVerdict) -> dict[str, Any]:
    return {
        "check": verdict.check,
        "round": verdict.round,
        "verdict": verdict.verdict.value,
        "evidence": verdict.evidence,
        "held": list(verdict.held),
        "steps": list(verdict.steps),
        "superseded_by": verdict.superseded_by,
    }


def _notification(notification: Notification) -> dict[str, Any]:
    updated_at = notification.updated_at
    return {
        "state": notification.state.value,
        "attempts": notification.attempts,
        "last_answer": notification.last_answer,
        "updated_at": updated_at.isoformat() if updated_at else None,
    }
