"""From an assignment to a site: ask, complete, inspect, repair; keep the best, not the last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from deployer.domain.errors import ModelRefusedError, ModelUnavailableError
from deployer.domain.language_model import Image, LanguageModel, StopReason
from deployer.domain.site import Site
from deployer.generation import instructions
from deployer.generation.conversation import LARGEST_OUTPUT_TOKENS, Answer, Conversation
from deployer.generation.digests import images
from deployer.generation.draft import Draft, Rules, apply, begin
from deployer.generation.inspection import inspect
from deployer.generation.lint.findings import Finding, Severity, score
from deployer.generation.own_files import with_own_files
from deployer.generation.requests import Requests
from deployer.generation.types import Assignment, Budget, Generated

DEFAULT_BUDGET = Budget()


def generate(
    assignment: Assignment,
    model: LanguageModel,
    *,
    nonce: str,
    seconds_left: Callable[[], float],
    budget: Budget = DEFAULT_BUDGET,
) -> Generated:
    """Build the site, or revise `assignment.current`.

    Args:
        nonce: random, 8 hexadecimal digits or more; it marks the blocks of the answers.
        seconds_left: how much time the deployment still has for generation.

    Raises:
        ModelUnavailableError: the model failed before there was anything to publish.
        ModelRefusedError: no site that may be published came within the budget.
    """
    requests = Requests(assignment, nonce)
    conversation = Conversation(model, requests.nonce, seconds_left, budget)
    return _Generation(assignment, requests, conversation, budget).run()


@dataclass(frozen=True)
class _Build:
    """One complete site and what is wrong with it."""

    site: Site
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]

    @cached_property
    def score(self) -> tuple[int, int, int, int]:
        return score(self.findings)

    @property
    def signature(self) -> frozenset[tuple[str, str]]:
        return frozenset(finding.identity for finding in self.findings)

    @property
    def forbidden(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity is Severity.FORBIDDEN)

    @property
    def only_unpolished(self) -> bool:
        return all(finding.severity is Severity.QUALITY for finding in self.findings)


class _Generation:
    def __init__(
        self,
        assignment: Assignment,
        requests: Requests,
        conversation: Conversation,
        budget: Budget,
    ) -> None:
        self._assignment = assignment
        self._requests = requests
        self._conversation = conversation
        self._budget = budget
        current = assignment.current or Site()
        self._rules = Rules(assignment, requests.nonce, guarded=current)

    def run(self) -> Generated:
        base = self._assignment.current or Site()
        best = self._answered(base, self._requests.first(), images(self._assignment.attachments))
        if best is None:
            raise ModelRefusedError("the model gave no usable site within its budget")
        best, notes = self._repaired(best)
        if best.forbidden:
            reasons = "; ".join(finding.problem for finding in best.forbidden[:5])
            raise ModelRefusedError(f"the generated site may not be published: {reasons}")
        return Generated(
            site=best.site,
            model=self._conversation.model_name,
            usage=self._conversation.usage,
            calls=self._conversation.calls,
            unmet=tuple(finding.problem for finding in best.findings),
            notes=(*best.notes, *notes),
            prompt_digest=instructions.DIGEST,
        )

    def _repaired(self, best: _Build) -> tuple[_Build, tuple[str, ...]]:
        """The best of the build and its repairs. A repair always begins from the best so far."""
        for number in range(self._budget.repairs):
            if not best.findings or (number and best.only_unpolished):
                break
            try:
                repaired = self._answered(
                    best.site, self._requests.repair(best.site, best.findings)
                )
            except ModelUnavailableError as exc:
                return best, (f"a repair was given up: {exc}",)
            if repaired is None:
                break
            no_progress = repaired.signature == best.signature or repaired.score > best.score
            best = min(best, repaired, key=lambda build: build.score)
            if no_progress or best.forbidden:
                break
        return best, ()

    def _answered(
        self, base: Site, request: str, pictures: tuple[Image, ...] = ()
    ) -> _Build | None:
        """The inspected site after one request and what completes its answer; None if unusable."""
        answer = self._conversation.ask(request, images=pictures)
        if answer is None or answer.stop_reason is StopReason.REFUSED:
            return None
        draft = self._completed(apply(begin(base), answer.parsed.blocks, self._rules), answer)
        draft = draft.settled()
        if not draft.site.get("index.html", b"").strip():
            return None
        notes = (f"the answer came as {answer.form}",) if answer.form else ()
        site = with_own_files(draft.site, self._assignment)
        return _Build(site, inspect(site, self._assignment), (*notes, *draft.notes))

    def _completed(self, draft: Draft, answer: Answer) -> Draft:
        """Ask once for what failed or was cut off, then for the files that still fail, whole."""
        try:
            draft, answer = self._asked_again(draft, answer)
            wanted = self._still_missing(draft, answer)
            if wanted:
                last = self._conversation.ask(
                    self._requests.complete(draft, wanted, ()), tokens=LARGEST_OUTPUT_TOKENS
                )
                if last is not None and last.stop_reason is not StopReason.REFUSED:
                    draft = apply(draft, last.parsed.blocks, self._rules)
        except ModelUnavailableError:
            if not draft.site.get("index.html"):
                raise
        return draft

    def _asked_again(self, draft: Draft, answer: Answer) -> tuple[Draft, Answer]:
        problems = self._problems(draft, answer)
        if not problems:
            return draft, answer
        if draft.site == draft.base and not draft.failed:
            request = self._requests.again(problems[0])
        else:
            request = self._requests.complete(draft, (), problems)
        again = self._conversation.ask(request, tokens=LARGEST_OUTPUT_TOKENS)
        if again is None or again.stop_reason is StopReason.REFUSED:
            return draft, answer
        return apply(draft, again.parsed.blocks, self._rules), again

    def _problems(self, draft: Draft, answer: Answer) -> tuple[str, ...]:
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

    def _still_missing(self, draft: Draft, answer: Answer) -> tuple[str, ...]:
        failed = {failed.path for failed in draft.failed if failed.mendable}
        cut = answer.parsed.unclosed
        if cut is not None and not self._readme_will_do(draft, cut):
            failed.add(cut)
        return tuple(sorted(failed))
