"""Have the files of a candidate computed that scripts of the model's are to make.

A file whose script and inputs are as they were is not made again: the same gives the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from deployer.domain.computed import (
    MAX_INPUT_BYTES,
    Computation,
    ComputedFile,
    Computing,
    Output,
    Outputs,
)
from deployer.domain.ports import Browser
from deployer.domain.site import Site
from deployer.domain.visit import CANDIDATES
from deployer.generation.assignment import Assignment
from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.gates.paths import refuse_path
from deployer.generation.judging.gates.sizes import MAX_FILE_BYTES

LONGEST_SECONDS = 30.0
RESERVE_SECONDS = 30.0
"""Kept for what follows a generation."""


@dataclass(frozen=True)
class Made:
    """A site with what was computed for it, and what could not be."""

    site: Site
    files: tuple[ComputedFile, ...] = ()
    findings: tuple[Finding, ...] = ()
    browser_seconds: float = 0.0


@dataclass(frozen=True)
class Computer:
    """A browser that runs scripts; without one, what they should make is missing."""

    browser: Browser | None = None

    def __call__(
        self,
        site: Site,
        computations: Mapping[str, Computation],
        known: tuple[ComputedFile, ...],
        assignment: Assignment,
        seconds: float,
    ) -> Made:
        """`site` with the files of `computations`, made within `seconds` less a reserve.

        Args:
            known: files that were computed before, for this candidate or the site that it revises.
        """
        wanted = [
            one for one in computations.values() if not refuse_path(one.path, assignment, site)
        ]
        if not wanted:
            return Made(site)
        making = _Making(site, known, assignment)
        new = [one for one in wanted if not making.stands(one)]
        if new:
            time_for_it = min(LONGEST_SECONDS, max(0.0, seconds - RESERVE_SECONDS))
            self._run(making, new, time_for_it)
        return making.made

    def _run(self, making: _Making, wanted: list[Computation], seconds: float) -> None:
        inputs = making.inputs(wanted)
        size = sum(map(len, inputs.values()))
        if size > MAX_INPUT_BYTES:
            problem = f"its inputs have {size} bytes; {MAX_INPUT_BYTES} are allowed"
            for one in wanted:
                making.take(one, Output(fault=problem))
            return
        key = f"{CANDIDATES}{inputs.digest()[:32]}.json"
        answer = self._ask(inputs, Computing(key, tuple(wanted), MAX_FILE_BYTES, seconds))
        making.browser_seconds = answer.seconds
        for number, one in enumerate(wanted):
            if number < len(answer.outputs):
                making.take(one, answer.outputs[number])
            else:
                making.miss(one, answer.problem or "the browser did not come to it")

    def _ask(self, inputs: Site, task: Computing) -> Outputs:
        if self.browser is None:
            return Outputs(problem="there is no browser")
        return self.browser.compute(inputs, task)


UNABLE = Computer()


@dataclass
class _Making:
    site: Site
    known: tuple[ComputedFile, ...]
    assignment: Assignment
    files: list[ComputedFile] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    browser_seconds: float = 0.0

    def __post_init__(self) -> None:
        attached = {one.name: one.content for one in self.assignment.attachments}
        self._sources = {**attached, **self.site}
        self._digests = {
            name: hashlib.sha256(content).hexdigest() for name, content in self._sources.items()
        }
        """Of what each input is made of: its bytes, or the script and inputs behind it."""

    @property
    def made(self) -> Made:
        found = tuple(self.files), tuple(self.findings)
        return Made(self.site, *found, self.browser_seconds)

    def stands(self, computation: Computation) -> bool:
        """True if the site has the file from the same script and inputs. To be asked in order."""
        digest = self._digest(computation)
        self._digests[computation.path] = digest
        for one in self.known:
            if one.path == computation.path and one.digest == digest and one.path in self.site:
                self.files.append(one)
                return True
        return False

    def _digest(self, computation: Computation) -> str:
        digest = hashlib.sha256(computation.script.encode())
        for name in computation.inputs:
            digest.update(f"\0{name}\0{self._digests.get(name, '')}".encode())
        return digest.hexdigest()

    def inputs(self, wanted: list[Computation]) -> Site:
        names = {name for one in wanted for name in one.inputs}
        return Site({name: self._sources[name] for name in names if name in self._sources})

    def take(self, computation: Computation, output: Output) -> None:
        path, content = computation.path, output.content
        if output.fault:
            names = ", ".join(computation.inputs) or "none"
            self._find("computed file", path, f"{output.fault} (its inputs: {names})")
            return
        self.site = self.site.with_files({path: content})
        digest = self._digests[path]
        made = ComputedFile(path, computation.inputs, len(content), computation.script, digest)
        self.files.append(made)

    def miss(self, computation: Computation, problem: str) -> None:
        self._find("not computed", computation.path, f"nobody could run its script: {problem}")

    def _find(self, rule: str, path: str, why: str) -> None:
        state = "is as it was before" if path in self.site else "is missing"
        problem = f"{path} was not computed and {state}: {why}"
        self.findings.append(Finding(Severity.CHECK, rule, path, problem))
