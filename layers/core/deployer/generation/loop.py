"""From an assignment to a site: ask, complete, inspect, repair; keep the best, not the last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from deployer.domain.errors import ModelRefusedError, ModelUnavailableError
from deployer.domain.generation_report import GenerationReport, StoredSite
from deployer.domain.language_model import Image, LanguageModel, StopReason
from deployer.domain.site import Site
from deployer.generation import instructions
from deployer.generation.answers.draft import BlockRules, Draft, apply, begin
from deployer.generation.asking.attachments import images
from deployer.generation.asking.prompts import Prompts
from deployer.generation.assignment import Assignment
from deployer.generation.candidate import Candidate
from deployer.generation.conversation import (
    LARGEST_OUTPUT_TOKENS,
    Budget,
    Conversation,
    ParsedReply,
)
from deployer.generation.judging.findings import Finding
from deployer.generation.judging.inspection import inspect
from deployer.generation.own_files import with_own_files

Inspection = Callable[[Site, Assignment], tuple[Finding, ...]]
"""Says what is wrong with a candidate's site, worst first."""
DEFAULT_BUDGET = Budget()


@dataclass(frozen=True)
class Generator:
    """A model, and the bounds within which it writes sites."""

    model: Callable[[], LanguageModel]
    """Connects anew for each site, so that a rotated key needs no new process."""
    nonce: Callable[[], str]
    """Gives 8 random hexadecimal digits or more, which mark the blocks of the answers."""
    known_secrets: Callable[[], tuple[str, ...]] = tuple
    allow_workflows: bool = False
    budget: Budget = DEFAULT_BUDGET
    inspect: Inspection = inspect

    def __call__(self, assignment: Assignment, seconds_left: Callable[[], float]) -> StoredSite:
        """Build the site, or revise `assignment.current`, within `seconds_left`.

        Raises:
            ModelUnavailableError: the model failed before there was anything to publish.
            ModelRefusedError: no site that may be published came within the budget.
        """
        bounded = replace(
            assignment,
            allow_workflows=self.allow_workflows,
            known_secrets=self.known_secrets(),
        )
        prompts = Prompts(bounded, self.nonce())
        conversation = Conversation(self.model(), prompts.nonce, seconds_left, self.budget)
        return _Generation(bounded, prompts, conversation, self.budget, self.inspect).run()


class _Generation:
    def __init__(
        self,
        assignment: Assignment,
        prompts: Prompts,
        conversation: Conversation,
        budget: Budget,
        inspect: Inspection,
    ) -> None:
        self._assignment = assignment
        self._prompts = prompts
        self._conversation = conversation
        self._budget = budget
        self._inspect = inspect
        current = assignment.current or Site()
        self._rules = BlockRules(assignment, prompts.nonce, guarded=current)

    def run(self) -> StoredSite:
        base = self._assignment.current or Site()
        pictures = images(self._assignment.attachments)
        best = self._answered(begin(base), self._prompts.first(), pictures)
        if best is None:
            raise ModelRefusedError("the model gave no usable site within its budget")
        best, notes = self._repaired(best)
        if best.forbidden:
            reasons = "; ".join(finding.problem for finding in best.forbidden[:5])
            raise ModelRefusedError(f"the generated site may not be published: {reasons}")
        return StoredSite(best.site, self._report(best, notes))

    def _report(self, best: Candidate, notes: tuple[str, ...]) -> GenerationReport:
        usage, prices = self._conversation.usage, self._budget.prices
        return GenerationReport(
            model=self._conversation.model_name,
            calls=self._conversation.calls,
            usage=usage,
            prompt_digest=instructions.DIGEST,
            unmet=tuple(finding.problem for finding in best.findings),
            notes=(*best.notes, *notes),
            cost_usd=round(prices.cost(usage), 6) if prices else None,
        )

    def _repaired(self, best: Candidate) -> tuple[Candidate, tuple[str, ...]]:
        """The best of the build and its repairs. A repair always begins from the best so far."""
        for number in range(self._budget.repairs):
            if not best.findings or (number and best.only_unpolished):
                break
            try:
                request = self._prompts.repair(best.site, best.findings)
                repaired = self._answered(begin(best.site, best.trials), request)
            except ModelUnavailableError as exc:
                return best, (f"a repair was given up: {exc}",)
            if repaired is None:
                break
            no_progress = repaired.signature == best.signature or repaired.score > best.score
            best = min(best, repaired, key=lambda candidate: candidate.score)
            if no_progress or best.forbidden:
                break
        return best, ()

    def _answered(
        self, draft: Draft, request: str, pictures: tuple[Image, ...] = ()
    ) -> Candidate | None:
        """The inspected site after one request and what completes its answer; None if unusable."""
        answer = self._conversation.ask(request, images=pictures)
        if answer is None or answer.stop_reason is StopReason.REFUSED:
            return None
        draft = self._completed(apply(draft, answer.parsed.blocks, self._rules), answer)
        draft = draft.settled()
        if not draft.site.get("index.html", b"").strip():
            return None
        notes = (f"the answer came as {answer.form}",) if answer.form else ()
        site = with_own_files(draft.site, self._assignment)
        findings = self._inspect(site, self._assignment)
        return Candidate(site, findings, (*notes, *draft.notes), draft.trials)

    def _completed(self, draft: Draft, answer: ParsedReply) -> Draft:
        """Ask once for what failed or was cut off, then for the files that still fail, whole."""
        try:
            draft, answer = self._asked_again(draft, answer)
            wanted = self._still_missing(draft, answer)
            if wanted:
                last = self._conversation.ask(
                    self._prompts.complete(draft, wanted, ()), tokens=LARGEST_OUTPUT_TOKENS
                )
                if last is not None and last.stop_reason is not StopReason.REFUSED:
                    draft = apply(draft, last.parsed.blocks, self._rules)
        except ModelUnavailableError:
            if not draft.site.get("index.html"):
                raise
        return draft

    def _asked_again(self, draft: Draft, answer: ParsedReply) -> tuple[Draft, ParsedReply]:
        problems = self._problems(draft, answer)
        if not problems:
            return draft, answer
        if draft.site == draft.base and not draft.failed:
            request = self._prompts.again(problems[0])
        else:
            request = self._prompts.complete(draft, (), problems)
        again = self._conversation.ask(request, tokens=LARGEST_OUTPUT_TOKENS)
        if again is None or again.stop_reason is StopReason.REFUSED:
            return draft, answer
        return apply(draft, again.parsed.blocks, self._rules), again

    def _problems(self, draft: Draft, answer: ParsedReply) -> tuple[str, ...]:
        """What has to be asked for again, in words for the model."""
        parsed = answer.parsed
        problems = [f"{failed.path}: {failed.reason}" for failed in draft.failed if failed.mendable]
        if parsed.unclosed is not None and not self._readme_will_do(draft, parsed.unclosed):
            problems.append(f"{parsed.unclosed} was cut off before its END line: send it again")
        problems += parsed.malformed
        if not problems and answer.complete and "index.html" not in draft.site:
            problems.append("index.html is missing")
        if answer.complete or problems:
            return tuple(problems)
        if parsed.unclosed is not None:
            return ()
        if not parsed.blocks:
            return ("it held no blocks in the format that was asked for",)
        return (
            "the DONE line is missing or speaks of more blocks than came: send what is missing",
        )

    def _readme_will_do(self, draft: Draft, unclosed: str) -> bool:
        """A build whose README alone was cut off needs no further call: our code writes one."""
        return unclosed == "README.md" and "index.html" in draft.site

    def _still_missing(self, draft: Draft, answer: ParsedReply) -> tuple[str, ...]:
        failed = {failed.path for failed in draft.failed if failed.mendable}
        cut = answer.parsed.unclosed
        if cut is not None and not self._readme_will_do(draft, cut):
            failed.add(cut)
        return tuple(sorted(failed))
