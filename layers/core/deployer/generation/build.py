"""From an assignment to a site."""

from __future__ import annotations

from collections.abc import Callable

from deployer.domain.errors import ModelRefusedError
from deployer.domain.language_model import LanguageModel, Prompt, StopReason, Usage
from deployer.domain.site import InvalidPathError, Site, check_path
from deployer.generation import instructions, prompt
from deployer.generation.edits import EditFailedError, apply_edit
from deployer.generation.grammar import Block, EditBlock, FileBlock, parse, unused_nonce
from deployer.generation.own_files import with_own_files
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

    Raises:
        ModelUnavailableError: the model failed before there was anything to publish.
        ModelRefusedError: no usable site came within the budget.
    """
    current = assignment.current or Site()
    texts = {path: current.text(path) for path in current if path.endswith((".html", ".md", ".css", ".js"))}
    digests = {a.name: a.content[:2000].decode("utf-8", "replace") for a in assignment.attachments}
    nonce = unused_nonce(nonce, [assignment.brief, *texts.values(), *digests.values()])
    request = "Build the site." if assignment.current is None else "Revise the site with EDIT blocks."
    user = "\n\n".join(
        [
            prompt.task_part(nonce, brief=assignment.brief, checks=assignment.checks,
                             earlier_checks=assignment.earlier_checks, attachments=digests),
            prompt.files_part(nonce, texts),
            prompt.ending(nonce, request),
        ]
    )
    usage, calls = Usage(), 0
    for _ in range(2):
        left = seconds_left()
        if left < budget.reserve_seconds:
            break
        reply = model.complete(
            Prompt(instructions.SYSTEM, user), timeout_seconds=min(left, budget.call_seconds)
        )
        usage, calls = usage + reply.usage, calls + 1
        parsed = parse(reply.text, nonce)
        if reply.stop_reason is StopReason.COMPLETE and parsed.complete:
            try:
                site = _apply(current, parsed.blocks)
            except (EditFailedError, InvalidPathError):
                continue
            if site.get("index.html"):
                return Generated(with_own_files(site, assignment), reply.model, usage, calls,
                                 prompt_digest=instructions.DIGEST)
    raise ModelRefusedError("the model gave no usable site within its budget")


def _apply(site: Site, blocks: tuple[Block, ...]) -> Site:
    for block in blocks:
        if isinstance(block, FileBlock):
            site = site.with_files({check_path(block.path): block.text.encode()})
        elif isinstance(block, EditBlock):
            text = site.text(block.path)
            for edit in block.edits:
                text = apply_edit(text, edit).text
            site = site.with_files({block.path: text.encode()})
    return site
