"""What a caller may see of a task. Nothing here is secret: no nonce, no brief, no URL of theirs."""

from __future__ import annotations

from typing import Any

from deployer.domain.deployment import Deployment
from deployer.domain.generation_report import GenerationReport
from deployer.domain.notification import Notification
from deployer.domain.ports import DeploymentStore
from deployer.domain.request import names_a_task


def status(email: str, task: str, *, store: DeploymentStore) -> dict[str, Any] | None:
    """Every round of the task as `round1`, `round2`, ...; None if there is none."""
    rounds = store.rounds(email, task) if names_a_task(email, task) else []
    if not rounds:
        return None
    return {
        "email": email,
        "task_id": task,
        **{f"round{deployment.round}": _round(deployment) for deployment in rounds},
    }


def _round(deployment: Deployment) -> dict[str, Any]:
    publication, waiting, failure = (
        deployment.publication,
        deployment.waiting,
        deployment.failure,
    )
    answer: dict[str, Any] = {
        "deployment_id": deployment.deployment_id,
        "timestamp": deployment.accepted_at.isoformat(),
        "updated_at": deployment.updated_at.isoformat(),
        "state": deployment.state.value,
        "repo_url": publication.repo_url if publication else None,
        "pages_url": publication.pages_url if publication else None,
        "commit_sha": publication.commit_sha if publication else None,
        "pages": deployment.pages.value if deployment.pages else None,
        "notification": _notification(deployment.notifications[-1]),
    }
    if deployment.generation:
        answer["generation"] = _generation(deployment.generation)
    if waiting:
        answer["waiting"] = {"for": waiting.reason, "until": waiting.until.isoformat()}
    if failure:
        answer["error"] = failure.reason
    return answer


def _generation(report: GenerationReport) -> dict[str, Any]:
    return {
        "model": report.model,
        "calls": report.calls,
        "input_tokens": report.usage.input_tokens,
        "output_tokens": report.usage.output_tokens,
        "cost_usd": report.cost_usd,
        "unmet": list(report.unmet),
        "notes": list(report.notes),
    }


def _notification(notification: Notification) -> dict[str, Any]:
    updated_at = notification.updated_at
    return {
        "state": notification.state.value,
        "attempts": notification.attempts,
        "last_answer": notification.last_answer,
        "updated_at": updated_at.isoformat() if updated_at else None,
    }
