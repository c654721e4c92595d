"""A site in the making: the blocks of an answer, applied one by one or seen to fail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from deployer.domain.computed import Computation, InvalidComputationError, check_computation
from deployer.domain.site import Site
from deployer.generation.answers.edits import EditFailedError, Rung, apply_edit
from deployer.generation.answers.grammar import (
    Block,
    ComputeBlock,
    ConvertBlock,
    Edit,
    EditBlock,
    FileBlock,
    FileChange,
    StepsBlock,
    SupersedesBlock,
)
from deployer.generation.answers.spelling import as_meant, path_of
from deployer.generation.answers.wrapping import no_file, unfenced, unwrapped
from deployer.generation.assignment import Assignment
from deployer.generation.judging.continuity import refuse_rewrite
from deployer.generation.judging.gates.paths import refuse_path
from deployer.generation.reading.spreadsheets import SpreadsheetError, Workbooks


@dataclass(frozen=True)
class Failed:
    """A block, or one edit of it, that was not applied."""

    path: str
    reason: str
    edit: Edit | None = None
    mendable: bool = True
    """It makes sense to ask for it again; a path that is barred stays barred."""


@dataclass(frozen=True)
class Trials:
    """The model's ways to try the checks. Later answers add to earlier ones."""

    steps: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """The lines of steps by the number of their check in the request, from 1."""
    superseded: frozenset[int] = frozenset()
    """Numbers of earlier checks that the brief takes back."""

    def with_answer(self, blocks: Iterable[Block]) -> Trials:
        steps, superseded = dict(self.steps), set(self.superseded)
        for block in blocks:
            if isinstance(block, StepsBlock):
                steps[block.check] = block.lines
            elif isinstance(block, SupersedesBlock):
                superseded.add(block.earlier)
        return Trials(steps, frozenset(superseded))


@dataclass(frozen=True)
class Draft:
    """Immutable: every applied answer gives a new draft."""

    base: Site
    """The site as the first answer found it."""
    site: Site
    whole: Site
    """The site without the files' half-done edits."""
    failed: tuple[Failed, ...] = ()
    notes: tuple[str, ...] = ()
    trials: Trials = field(default_factory=Trials)
    computations: Mapping[str, Computation] = field(default_factory=dict)
    """The scripts that make files of the site, by the path of the file, in their order."""

    def open_edits(self, path: str) -> tuple[Failed, ...]:
        return tuple(f for f in self.failed if f.path == path and f.edit is not None)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The parts that were not taken, each with the reason."""
        return tuple(f"{failed.path}: {failed.reason}" for failed in self.failed)

    def settled(self) -> Draft:
        """The draft without half-edited files: each is wholly changed, or as it was before."""
        site = self.site
        for path in {failed.path for failed in self.failed if failed.edit is not None}:
            site = site.with_files({path: self.whole[path]})
        return replace(self, site=site, failed=(), notes=(*self.notes, *self.left_out))


@dataclass(frozen=True)
class BlockRules:
    """The rules by which a block may be applied."""

    assignment: Assignment
    nonce: str
    guarded: Site = field(default_factory=Site)
    """The pages that a rewrite must not impoverish."""
    workbooks: Workbooks = field(default_factory=Workbooks, compare=False)
    """The workbooks that were read for earlier blocks."""


NO_TRIALS = Trials()
NO_COMPUTATIONS: Mapping[str, Computation] = {}


def begin(
    base: Site,
    trials: Trials = NO_TRIALS,
    computations: Mapping[str, Computation] = NO_COMPUTATIONS,
) -> Draft:
    return Draft(base, base, base, trials=trials, computations=computations)


def apply(draft: Draft, blocks: tuple[Block, ...], rules: BlockRules) -> Draft:
    """The draft after one answer. An earlier failure is mended only if its file came again."""
    files = [block for block in blocks if isinstance(block, FileChange)]
    changes = as_meant(files, draft.site, rules.assignment.brief)
    open_before = {path: draft.open_edits(path) for path in {f.path for f in draft.failed}}
    came = {path_of(change) for change in changes}
    draft = replace(
        draft,
        failed=tuple(f for f in draft.failed if f.path not in came),
        trials=draft.trials.with_answer(blocks),
    )
    for block in changes:
        if isinstance(block, FileBlock):
            draft = _apply_file(draft, block, rules)
        elif isinstance(block, EditBlock):
            draft = _apply_edits(draft, block, rules, open_before.get(block.path, ()))
        elif isinstance(block, ComputeBlock):
            draft = _apply_computation(draft, block, rules)
        else:
            draft = _apply_conversion(draft, block, rules)
    return draft


def _fail(draft: Draft, path: str, reason: str, *, mendable: bool = True) -> Draft:
    return replace(draft, failed=(*draft.failed, Failed(path, reason, mendable=mendable)))


def _with_file(draft: Draft, path: str, text: str) -> Draft:
    changed = {path: text.encode()}
    return replace(
        draft,
        site=draft.site.with_files(changed),
        whole=draft.whole.with_files(changed),
        failed=tuple(f for f in draft.failed if f.path != path),
        computations=_without(draft.computations, path),
    )


def _without(computations: Mapping[str, Computation], path: str) -> Mapping[str, Computation]:
    """The computations but that of a file which the model has now written itself."""
    return {made: one for made, one in computations.items() if made != path}


def _apply_file(draft: Draft, block: FileBlock, rules: BlockRules) -> Draft:
    barred = refuse_path(block.path, rules.assignment, draft.site)
    if barred:
        return _fail(draft, block.path, f"was left out: its path {barred}", mendable=False)
    bare = unwrapped(block.path, block.text)
    text = _plain(bare, before="")
    reason = _refuse_text(block.path, text, rules)
    if reason:
        return _fail(draft, block.path, f"was refused, because {reason}; it is still wanted, whole")
    reason = refuse_rewrite(rules.guarded, block.path, text, rules.assignment.brief)
    if reason:
        return _fail(
            draft,
            block.path,
            f"the whole-file version was refused, because {reason}: send EDIT blocks",
        )
    if bare != block.text:
        draft = _noted(draft, f"{block.path}: what stood around the file was taken off")
    return _with_file(draft, block.path, text)


def _noted(draft: Draft, note: str) -> Draft:
    return replace(draft, notes=(*draft.notes, note))


def _refuse_text(path: str, text: str, rules: BlockRules) -> str | None:
    if not text.strip():
        return "it is empty"
    if rules.nonce in text:
        return "it holds the code of the marker lines"
    return no_file(path, text)


def _apply_edits(
    draft: Draft, block: EditBlock, rules: BlockRules, missed: tuple[Failed, ...]
) -> Draft:
    barred = refuse_path(block.path, rules.assignment, draft.site)
    if barred:
        return _fail(draft, block.path, f"was left out: its path {barred}", mendable=False)
    if block.path not in draft.site:
        return _fail(draft, block.path, "was edited, but there is no such file: send it whole")
    before = draft.site.text(block.path)
    if before.encode() != draft.site[block.path]:
        return _fail(draft, block.path, "is not text and cannot be edited", mendable=False)
    text, failed, rungs = before, [], []
    for edit in block.edits:
        try:
            applied = apply_edit(text, edit)
        except EditFailedError as exc:
            failed.append(Failed(block.path, str(exc), edit))
        else:
            text = applied.text
            rungs.append(applied.rung)
    if len(block.edits) < len(missed):
        # Fewer came than had failed: those that are still missing must not be forgotten.
        failed += missed[len(block.edits) :]
    return _edited(draft, block.path, before, text, failed, rungs, rules)


def _edited(
    draft: Draft,
    path: str,
    before: str,
    text: str,
    failed: list[Failed],
    rungs: list[Rung],
    rules: BlockRules,
) -> Draft:
    text = _plain(text, before=before) if text != before else before
    reason = _refuse_text(path, text, rules)
    if reason:
        return _fail(draft, path, f"the edits were refused: after them {reason}")
    notes = [f"{path}: an edit was found by {rung}" for rung in rungs if rung is not Rung.EXACT]
    edited = draft.site.with_files({path: text.encode()})
    return replace(
        draft,
        site=edited,
        whole=draft.whole if failed else draft.whole.with_files({path: text.encode()}),
        failed=(*draft.failed, *failed),
        notes=(*draft.notes, *notes),
        computations=_without(draft.computations, path),
    )


def _apply_computation(draft: Draft, block: ComputeBlock, rules: BlockRules) -> Draft:
    """The draft with the script; it runs when the site is whole."""
    barred = refuse_path(block.path, rules.assignment, draft.site)
    if barred:
        return _fail(draft, block.path, f"was left out: its path {barred}", mendable=False)
    script = unfenced("script.js", block.script)
    computation = Computation(block.path, block.inputs, script)
    others = _without(draft.computations, block.path)
    try:
        check_computation(computation, beside=len(others))
    except InvalidComputationError as exc:
        return _fail(draft, block.path, f"is not computed: {exc}; send its COMPUTE block again")
    known = {**draft.computations, block.path: computation}
    return replace(draft, computations=known)


def _apply_conversion(draft: Draft, block: ConvertBlock, rules: BlockRules) -> Draft:
    sources = {attachment.name: attachment.content for attachment in rules.assignment.attachments}
    content = sources.get(block.source, draft.site.get(block.source))
    barred = refuse_path(block.target, rules.assignment, draft.site)
    if barred or not block.target.endswith(".csv"):
        reason = barred or "is not a .csv file"
        return _fail(draft, block.target, f"was not converted: its path {reason}", mendable=False)
    if content is None:
        return _fail(draft, block.target, f"there is no {block.source} to convert")
    try:
        text = rules.workbooks.sheet_as_csv(content, block.sheet)
    except SpreadsheetError as exc:
        return _fail(draft, block.target, f"{block.source} was not converted: {exc}")
    return _with_file(draft, block.target, text)


_INTEGRITY = re.compile(r"""\s+integrity\s*=\s*(?:"[^"]*"|'[^']*')""", re.IGNORECASE)


def _plain(text: str, *, before: str) -> str:
    """A text file that ends its last line, without hashes that a model cannot know.

    A wrong `integrity` makes the browser refuse the library, and models invent them.
    """
    text = _INTEGRITY.sub(lambda match: match[0] if match[0] in before else "", text)
    return (
        text
        if text.endswith("\n") or not text or (before and not before.endswith("\n"))
        else text + "\n"
    )
