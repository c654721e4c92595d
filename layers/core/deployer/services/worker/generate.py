"""The worker's first step: the site, from the model or from what is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from deployer.domain.errors import ModelUnavailableError, Postponed, RejectedError
from deployer.domain.generation_report import GenerationReport, StoredSite
from deployer.domain.publication import Publication
from deployer.domain.request import DeploymentRequest
from deployer.domain.round import Round
from deployer.domain.round_key import RoundKey
from deployer.domain.visit import Verdict
from deployer.generation.assignment import Assignment
from deployer.services.worker.attachments import with_content
from deployer.services.worker.bases import Bases, Published
from deployer.services.worker.claim import Claim
from deployer.services.worker.invocation import Invocation
from deployer.services.worker.named_data import notes_of, with_named_data
from deployer.services.worker.ports import BuildPorts


@dataclass(frozen=True)
class GenerateStep:
    """From GENERATING to GENERATED."""

    ports: BuildPorts
    bases: Bases
    claim: Claim
    invocation: Invocation

    def take(self, record: Round) -> Round:
        """Have the site generated and stored, once for what it depends on.

        Raises:
            Postponed: the round before is in work, or the model asks for time.
            RejectedError: it cannot be generated at all.
            ModelUnavailableError: the model did not answer.
            FetchUnavailableError: an attachment that was sent as a URL did not come.
        """
        with self.ports.timed("generated"):
            base = self.bases.base_of(record)
            ref = self.ports.site_cache.ref(record, base)
            stored = self.ports.sites.load(ref)
            if stored is None:
                stored = self._ask_model(record, base)
                self.ports.sites.save(ref, stored)
            report, base_sha = stored.report, base.commit_sha if base else None
            return self.claim.update(
                lambda record: record.generated(ref, base_sha, report, self.ports.clock())
            )

    def _ask_model(self, record: Round, base: Publication | None) -> StoredSite:
        request = self.ports.requests.load(record.latest.deployment_id)
        earlier = self._earlier_requests(record.key)
        published = self.bases.as_published(base) if base else Published()
        assignment = Assignment(
            task=record.task,
            round=record.round,
            brief=request.brief,
            checks=request.checks,
            attachments=with_content(request, record.build_id, self.ports),
            current=published.site,
            earlier_attachments=tuple(a.name for one in earlier for a in one.attachments),
            earlier_briefs=tuple(one.brief for one in earlier),
            earlier_checks=tuple(check for one in earlier for check in one.checks),
            verdicts=published.verdicts,
            computed=published.computed,
            licence_holder=self.ports.publisher.host.owner,
            licence_year=record.accepted_at.year,
        )
        assignment = with_named_data(assignment, request, record.build_id, self.ports)
        try:
            stored = self.ports.generate(assignment, self.invocation.seconds_left)
        except ModelUnavailableError as exc:
            if exc.retry_after is None:
                raise
            until = self.ports.clock() + timedelta(seconds=exc.retry_after)
            raise Postponed(str(exc), until) from exc
        notes = (*stored.report.notes, *notes_of(assignment))
        stored = replace(stored, report=replace(stored.report, notes=notes))
        self._tell(stored.report)
        return stored

    def _tell(self, report: GenerationReport) -> None:
        self.ports.telemetry.fact(
            "model_answered",
            model=report.model,
            calls=report.calls,
            input_tokens=report.usage.input_tokens,
            cached_tokens=report.usage.cached_tokens,
            output_tokens=report.usage.output_tokens,
            cost_usd=report.cost_usd,
            prompt_digest=report.prompt_digest[:12],
            unmet=len(report.unmet),
        )
        self.ports.telemetry.fact(
            "judged",
            passed=report.count(Verdict.PASSES),
            failed=report.count(Verdict.FAILS),
            cannot_tell=report.count(Verdict.CANNOT_TELL),
            repaired=len(report.repaired),
            browser_seconds=report.browser_seconds,
        )
        for note in report.notes:
            self.ports.telemetry.fact("generation_note", note=note)

    def _earlier_requests(self, key: RoundKey) -> list[DeploymentRequest]:
        """The requests of the rounds before, without those that have expired."""
        found: list[DeploymentRequest] = []
        for earlier in self.ports.rounds.of_task(key.email, key.task):
            if earlier.round < key.round:
                try:
                    found.append(self.ports.requests.load(earlier.latest.deployment_id))
                except RejectedError:
                    self.ports.telemetry.fact("earlier_request_expired", earlier=earlier.round)
        return found
