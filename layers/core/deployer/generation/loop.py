"""From an assignment to a site: ask, complete, inspect, repair; keep the best, not the last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from deployer.domain.computed import Computation, ComputedFile
from deployer.domain.errors import ModelRefusedError, ModelUnavailableError
from deployer.domain.generation_report import GenerationReport, StoredSite
from deployer.domain.language_model import Image, LanguageModel
from deployer.domain.site import Site
from deployer.generation import instructions
from deployer.generation.answers.draft import BlockRules, Draft, Trials, apply, begin
from deployer.generation.answers.spelling import plain_path
from deployer.generation.asking.attachments import images
from deployer.generation.asking.prompts import Prompts
from deployer.generation.assignment import Assignment
from deployer.generation.candidate import Candidate
from deployer.generation.computing import UNABLE, Made
from deployer.generation.conversation import (
    FIRST_OUTPUT_TOKENS,
    LARGEST_OUTPUT_TOKENS,
    Budget,
    Conversation,
    ParsedReply,
)
from deployer.generation.inspector import READ_ONLY
from deployer.generation.judging.files_asked import with_correctable
from deployer.generation.judging.inspected import Inspected
from deployer.generation.judging.policy.csp import with_policy, without_policy
from deployer.generation.judging.policy.hosts import policy_for
from deployer.generation.judging.subject import Subject
from deployer.generation.judging.superseding import notes_of, still_counting
from deployer.generation.own_files import with_own_files

DEFAULT_BUDGET = Budget()
MOST_TROUBLES = 5
"""Reasons that an error names."""


class Inspection(Protocol):
    """The judge of sites that could be published."""

    def __call__(
        self, site: Site, trials: Trials, assignment: Assignment, seconds: float
    ) -> Inspected:
        """Judge `site` within `seconds`, its checks by `trials`."""


class Computing(Protocol):
    """The maker of the files that scripts of the model's describe."""

    def __call__(
        self,
        site: Site,
        computations: Mapping[str, Computation],
        known: tuple[ComputedFile, ...],
        assignment: Assignment,
        seconds: float,
    ) -> Made:
        """`site` with its computed files, within `seconds`; `known` are those made before."""


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
    inspect: Inspection = READ_ONLY
    compute: Computing = UNABLE

    def __call__(self, assignment: Assignment, seconds_left: Callable[[], float]) -> StoredSite:
        """Build the site, or revise `assignment.current`, within `seconds_left`.

        Raises:
            ModelUnavailableError: the model failed before there was anything to publish.
            ModelRefusedError: no site that may be published came within the budget.
        """
        current = assignment.current
        bounded = replace(
            assignment,
            current=without_policy(current) if current is not None else None,
            allow_workflows=self.allow_workflows,
            known_secrets=self.known_secrets(),
        )
        bounded = still_counting(bounded)
        prompts = Prompts(bounded, self.nonce())
        conversation = Conversation(self.model(), prompts.nonce, seconds_left, self.budget)
        tools = self.budget, self.inspect, self.compute
        return _Generation(bounded, prompts, conversation, *tools).run()


class _Generation:
    def __init__(
        self,
        assignment: Assignment,
        prompts: Prompts,
        conversation: Conversation,
        budget: Budget,
        inspect: Inspection,
        compute: Computing,
    ) -> None:
        self._assignment = assignment
        self._prompts = prompts
        self._conversation = conversation
        self._budget = budget
        self._inspect = inspect
        self._compute = compute
        self._candidates: list[Candidate] = []
        current = assignment.current or Site()
        self._rules = BlockRules(assignment, prompts.nonce, guarded=current)
        self._notes: list[str] = []
        """Of all candidates, also of those that another one replaced."""
        self._troubles: list[str] = []
        """The reasons why answers could not be used."""

    def run(self) -> StoredSite:
        base = with_correctable(self._assignment.current or Site(), self._assignment)
        pictures = images(self._assignment.attachments)
        scripts = {one.path: one.computation for one in self._assignment.computed}
        draft = begin(base, computations=scripts)
        known = self._assignment.computed
        best = self._answered(draft, self._prompts.first(), known, pictures)
        if best is None:
            why = "; ".join(dict.fromkeys(self._troubles[-MOST_TROUBLES:]))
            raise ModelRefusedError(f"the model gave no usable site within its budget: {why}")
        best = self._repaired(best)
        forbidden = best.inspected.forbidden
        if forbidden:
            reasons = "; ".join(finding.problem for finding in forbidden[:MOST_TROUBLES])
            raise ModelRefusedError(f"the generated site may not be published: {reasons}")
        return StoredSite(self._with_policy(best.site), self._report(best))

    def _with_policy(self, site: Site) -> Site:
        """The site as it is published: its own pages get the policy, attached ones stay as sent."""
        attached = Subject(site, self._assignment).attached
        policed = with_policy(site, policy_for(self._assignment, site))
        return policed.with_files({path: site[path] for path in attached})

    def _report(self, best: Candidate) -> GenerationReport:
        cost = self._conversation.cost_usd
        taken_back = notes_of(self._assignment, best.trials.superseded)
        return GenerationReport(
            model=self._conversation.model_name,
            calls=self._conversation.calls,
            usage=self._conversation.usage,
            prompt_digest=instructions.DIGEST,
            unmet=best.inspected.unmet,
            unproven=best.inspected.unproven,
            repaired=self._healed(best),
            verdicts=best.inspected.verdicts,
            pictures=best.inspected.pictures,
            computed=best.computed,
            notes=tuple(dict.fromkeys([*self._notes, *taken_back])),
            browser_seconds=sum(one.inspected.browser_seconds for one in self._candidates),
            cost_usd=None if cost is None else round(cost, 6),
        )

    def _healed(self, best: Candidate) -> tuple[str, ...]:
        """The faults of earlier candidates that the best no longer has."""
        wrong = {finding.identity for finding in best.inspected.findings}
        healed = {
            finding.identity: finding.in_short
            for candidate in self._candidates
            for finding in candidate.inspected.findings
            if finding.identity not in wrong
        }
        return tuple(healed.values())

    def _repaired(self, best: Candidate) -> Candidate:
        """The best of the candidate and its repairs. A repair begins from the best so far."""
        for number in range(self._budget.repairs):
            found = best.inspected
            if not found.findings or (number and found.only_unpolished):
                break
            request = self._prompts.repair(
                best.site, found.findings, best.left_out, best.computations
            )
            try:
                draft = begin(best.site, best.trials, best.computations)
                repaired = self._answered(draft, request, best.computed)
            except ModelUnavailableError as exc:
                self._troubles.append(str(exc))
                repaired = None
            if repaired is None:
                self._notes.append(f"a repair was given up: {self._troubles[-1]}")
                break
            again = repaired.inspected
            no_progress = again.signature == found.signature or again.score > found.score
            best = min(best, repaired, key=lambda candidate: candidate.inspected.score)
            if no_progress or best.inspected.forbidden:
                break
        return best

    def _answered(
        self,
        draft: Draft,
        request: str,
        known: tuple[ComputedFile, ...],
        pictures: tuple[Image, ...] = (),
    ) -> Candidate | None:
        """The inspected site after one request and what completes its answer; None if unusable."""
        answer = self._ask(request, images=pictures)
        if answer is None:
            return None
        draft = self._completed(apply(draft, answer.parsed.blocks, self._rules), answer)
        left_out, draft = draft.left_out, draft.settled()
        if not draft.site.get("index.html", b"").strip():
            self._troubles += left_out or ("no answer held an index.html",)
            return None
        self._notes += draft.notes
        candidate = self._candidate(draft, left_out, known)
        self._candidates.append(candidate)
        return candidate

    def _candidate(
        self, draft: Draft, left_out: tuple[str, ...], known: tuple[ComputedFile, ...]
    ) -> Candidate:
        """The draft with our own files and the computed ones, judged."""
        scripts, seconds_left = draft.computations, self._conversation.seconds_left
        read = frozenset(name for one in scripts.values() for name in one.inputs)
        assignment = replace(self._assignment, read_by_scripts=read)
        site = with_own_files(draft.site, assignment)
        made = self._compute(site, scripts, known, assignment, seconds_left())
        inspected = self._inspect(made.site, draft.trials, assignment, seconds_left())
        inspected = inspected.beside(made.findings, made.browser_seconds)
        return Candidate(made.site, draft.trials, inspected, scripts, made.files, left_out)

    def _ask(
        self,
        request: str,
        *,
        images: tuple[Image, ...] = (),
        tokens: int = FIRST_OUTPUT_TOKENS,
    ) -> ParsedReply | None:
        """The answer, a foreign form noted; None if refused, or if budget or time is spent."""
        answer = self._conversation.ask(request, images=images, tokens=tokens)
        if answer is None:
            self._troubles.append("no calls, tokens, money or time were left")
        elif answer.refused:
            self._troubles.append(f"the model refused{answer.stopped}")
            return None
        elif answer.form:
            self._notes.append(f"the answer came as {answer.form}")
        return answer

    def _completed(self, draft: Draft, answer: ParsedReply) -> Draft:
        """Ask once for what failed or was cut off, then for the files that still fail, whole."""
        try:
            draft, answer = self._asked_again(draft, answer)
            wanted = self._still_missing(draft, answer)
            if wanted:
                request = self._prompts.complete(draft, wanted, ())
                last = self._ask(request, tokens=LARGEST_OUTPUT_TOKENS)
                if last is not None:
                    draft = apply(draft, last.parsed.blocks, self._rules)
        except ModelUnavailableError:
            if not draft.site.get("index.html"):
                raise
        return draft

    def _asked_again(self, draft: Draft, answer: ParsedReply) -> tuple[Draft, ParsedReply]:
        problems = self._problems(draft, answer)
        if not problems:
            return draft, answer
        self._troubles += problems
        if draft.site == draft.base and not draft.failed:
            request = self._prompts.again(problems[0])
        else:
            barred = tuple(f"{f.path}: {f.reason}" for f in draft.failed if not f.mendable)
            request = self._prompts.complete(draft, (), (*problems, *barred))
        again = self._ask(request, tokens=LARGEST_OUTPUT_TOKENS)
        if again is None:
            return draft, answer
        return apply(draft, again.parsed.blocks, self._rules), again

    def _problems(self, draft: Draft, answer: ParsedReply) -> tuple[str, ...]:
        """The parts to ask for again, in words for the model."""
        cut = self._cut_off(draft, answer)
        problems = [f"{failed.path}: {failed.reason}" for failed in draft.failed if failed.mendable]
        if cut is not None:
            problems.append(f"{cut} was cut off before its END line{answer.stopped}: send it again")
        problems += answer.parsed.malformed
        if not problems and answer.complete and "index.html" not in draft.site:
            problems.append("index.html is missing")
        if answer.complete or problems or answer.parsed.unclosed is not None:
            return tuple(problems)
        if not answer.parsed.blocks:
            return (f"it held no blocks in the format that was asked for{answer.stopped}",)
        lacks = "the DONE line is missing or speaks of more blocks than came"
        what = "it may have been cut off" if answer.parsed.complete else lacks
        return (f"{what}{answer.stopped}: send what is missing",)

    def _cut_off(self, draft: Draft, answer: ParsedReply) -> str | None:
        """The file that never ended. A README needs no further call: our code writes one."""
        path = plain_path(answer.parsed.unclosed) if answer.parsed.unclosed is not None else None
        return None if path == "README.md" and "index.html" in draft.site else path

    def _still_missing(self, draft: Draft, answer: ParsedReply) -> tuple[str, ...]:
        failed = {failed.path for failed in draft.failed if failed.mendable}
        cut = self._cut_off(draft, answer)
        return tuple(sorted(failed | ({cut} if cut is not None else set())))
