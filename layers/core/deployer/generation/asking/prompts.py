"""The requests of one deployment: build, revise, complete, and repair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from deployer.domain.computed import Computation
from deployer.domain.site import Site
from deployer.domain.site_path import OWN_PATHS
from deployer.generation.answers.draft import NO_COMPUTATIONS, Draft, Failed
from deployer.generation.answers.edits import nearest_lines
from deployer.generation.answers.grammar import unused_nonce
from deployer.generation.asking import blocks as prompt
from deployer.generation.asking.attachments import describe
from deployer.generation.asking.hints import hints_for
from deployer.generation.assignment import Assignment, NamedData
from deployer.generation.judging.continuity import contract
from deployer.generation.judging.files_asked import correctable, with_correctable
from deployer.generation.judging.findings import Finding
from deployer.generation.judging.policy.hosts import granted

_CODE = (".html", ".htm", ".css", ".js", ".mjs", ".md", ".yml", ".yaml", ".svg")
LARGEST_SHOWN = 200_000
LARGEST_SHOWN_DATA = 4_000
"""Characters: code is shown whole, so that it can be edited; data is described."""
MOST_FINDINGS = 20
MOST_HOSTS = 80


@dataclass(frozen=True)
class Prompts:
    """The requests to the model for one assignment."""

    assignment: Assignment
    given_nonce: str

    @cached_property
    def nonce(self) -> str:
        """The given nonce, or one derived from it that stands in nothing that we send."""
        files = self._files(self.assignment.current or Site())
        checks = prompt.numbered((*self.assignment.checks, *self.assignment.earlier_checks))
        scripts = [one.script for one in self.assignment.computed]
        digests = [*self._digests.values(), *self._named_data.values()]
        texts = [self.assignment.brief, checks, *files.values(), *digests, *scripts]
        return unused_nonce(self.given_nonce, texts)

    @cached_property
    def _digests(self) -> dict[str, str]:
        return {
            a.name: describe(a.name, a.media_type, a.content) for a in self.assignment.attachments
        }

    @cached_property
    def _named_data(self) -> dict[str, str]:
        return {one.url: _of_named(one) for one in self.assignment.named_data}

    @cached_property
    def task(self) -> str:
        """The part that all requests of the deployment begin with."""
        assignment = self.assignment
        current = assignment.current
        return prompt.task_part(
            self.nonce,
            brief=assignment.brief,
            checks=assignment.checks,
            earlier_checks=assignment.earlier_checks,
            attachments=self._digests,
            named_data=self._named_data,
            hints=hints_for((*assignment.checks, *assignment.earlier_checks)),
            hosts=granted(assignment).hosts[:MOST_HOSTS],
            contract=contract(current, assignment.earlier_checks) if current is not None else (),
        )

    def first(self) -> str:
        correctable = with_correctable(Site(), self.assignment)
        if self.assignment.current is None:
            wanted = "Build the site: index.html, README.md and what else it needs."
            return self._request(self._files(correctable), f"{wanted}{_correct(correctable)}")
        return self._request(
            self._files(self.assignment.current.with_files(correctable)),
            f"This is round {self.assignment.round}: change the site as the brief says, with EDIT "
            f"blocks, and update README.md in place.{_correct(correctable)}",
            {one.path: one.computation for one in self.assignment.computed},
        )

    def again(self, what_was_wrong: str) -> str:
        """The first request once more, after an answer without anything usable."""
        files = self._files(self.assignment.current or Site())
        what = "Build the site." if self.assignment.current is None else "Change the site."
        return self._request(files, f"{what} Your last answer could not be used: {what_was_wrong}")

    def complete(self, draft: Draft, wanted: tuple[str, ...], problems: tuple[str, ...]) -> str:
        """Ask only for what is missing: failed edits, cut files, or `wanted` files whole."""
        shown = {failed.path for failed in draft.failed} | set(wanted)
        files = {path: text for path, text in self._files(draft.site).items() if path in shown}
        parts = [prompt.data_block(self.nonce, "problems", "\n".join(problems))] if problems else []
        edits = [_failed_edit(draft, f) for f in draft.failed if f.edit is not None]
        if edits and not wanted:
            parts.append(prompt.data_block(self.nonce, "failed-edits", "\n\n".join(edits)))
        if wanted:
            parts.append(prompt.data_block(self.nonce, "wanted", "\n".join(wanted)))
        request = (
            "Send each of the wanted files once more, whole, in a FILE block (its COMPUTE block if "
            "a script makes it), and nothing else."
            if wanted
            else "Everything else of your last answer was taken. Send only what is missing: the "
            "failed edits in EDIT blocks that fit the file as it is shown here, and files or "
            "blocks that were cut off. If nothing is missing, send only the DONE line with "
            "blocks=0."
        )
        return self._request(files, "\n\n".join([*parts, request]), draft.computations)

    def repair(
        self,
        site: Site,
        findings: tuple[Finding, ...],
        left_out: tuple[str, ...] = (),
        computations: Mapping[str, Computation] = NO_COMPUTATIONS,
    ) -> str:
        """Ask to mend `findings`; `left_out` are parts of earlier answers that were not taken."""
        shown = [f"{n}. {f.problem}" for n, f in enumerate(findings[:MOST_FINDINGS], 1)]
        failures = prompt.data_block(self.nonce, "failures", "\n".join(shown))
        if left_out:
            not_taken = "\n".join(left_out[:MOST_FINDINGS])
            failures += f"\n\n{prompt.data_block(self.nonce, 'not-taken', not_taken)}"
        return self._request(
            self._files(site),
            f"{failures}\n\nThe site above was inspected, and these faults were found. Write one "
            "line per fault with its cause; then mend exactly these with EDIT blocks and break "
            "nothing that works.",
            computations,
        )

    def _request(
        self,
        files: dict[str, str],
        what: str,
        computations: Mapping[str, Computation] = NO_COMPUTATIONS,
    ) -> str:
        shown = [prompt.files_part(self.nonce, files)] if files else []
        if computations:
            shown.append(prompt.scripts_part(self.nonce, computations.values()))
        return "\n\n".join([self.task, *shown, prompt.ending(self.nonce, what)])

    def _files(self, site: Site) -> dict[str, str]:
        """The files that a model is shown: those that it may change, and small data."""
        allowed = correctable(self.assignment)
        kept = {*OWN_PATHS, *self._digests, *self.assignment.earlier_attachments} - allowed
        shown: dict[str, str] = {}
        for path in site:
            text = site.text(path)
            whole = path.endswith(_CODE) or path in allowed
            limit = LARGEST_SHOWN if whole else LARGEST_SHOWN_DATA
            if path not in kept and len(text) <= limit and text.encode() == site[path]:
                shown[path] = text
        return shown


def _of_named(data: NamedData) -> str:
    if data.file is None:
        return f"could not be read from here: it {data.problem}"
    if data.is_attached:
        return f"is in the site as {data.file.name}: read that file"
    return describe(data.file.name, data.file.media_type, data.file.content)


def _correct(files: Site) -> str:
    if not files:
        return ""
    names = ", ".join(files)
    return f" Correct {names} as the brief says, with EDIT blocks; change nothing else there."


def _failed_edit(draft: Draft, failed: Failed) -> str:
    search = failed.edit.search if failed.edit else ""
    replace = failed.edit.replace if failed.edit else ""
    near = nearest_lines(draft.site.text(failed.path), search) if failed.path in draft.site else ""
    return (
        f"{failed.path}: {failed.reason}\nSEARCH was:\n{search}\nREPLACE was:\n{replace}\n"
        f"The nearest lines in the file are:\n{near}"
    )
