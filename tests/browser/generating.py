"""The generation loop with a scripted model and the real browser, as the worker has it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from deployer.adapters.chromium.browser import Chromium
from deployer.domain.computed import Computing, Outputs
from deployer.domain.generation_report import StoredSite
from deployer.domain.language_model import Prompt, Reply, StopReason, Usage
from deployer.domain.request import Check, JavaScriptCheck, check_text
from deployer.domain.site import Site
from deployer.domain.visit import Report, Visit
from deployer.generation.answers.grammar import Block, StepsBlock, render_blocks
from deployer.generation.assignment import Assignment
from deployer.generation.computing import Computer
from deployer.generation.inspector import Inspector
from deployer.generation.loop import Generator
from deployer.services.compute import compute
from deployer.services.visit.visit import visit
from local.model.answers import blocks_of
from local.model.reading import read_request
from tests.browser.pages import Kind
from tests.unit.generation.builders import attachment, build

SECONDS = 600.0
SECTIONS = ("Summary", "Setup", "Usage", "How the code works", "License")
README = "# Page\n\n" + "\n\n".join(f"## {section}\n\nSee the page." for section in SECTIONS)
_FAILURES = re.compile(r"^=====DATA \w+ failures=====\n(.*?)\n=====END ", re.MULTILINE | re.DOTALL)
_REFUSED = re.compile(r"index\.html: .*\brefused\b.*")


@dataclass(frozen=True)
class DirectBrowser:
    """`Browser` without a function between; its screenshots are thrown away."""

    chromium: Chromium

    def visit(self, site: Site, wanted: Visit) -> Report:
        return visit(wanted, site, engine=self.chromium, save=lambda *_: None, clock=time.monotonic)

    def compute(self, inputs: Site, wanted: Computing) -> Outputs:
        return compute(wanted, inputs, engine=self.chromium, clock=time.monotonic)


@dataclass
class Mender:
    """A model that writes `first`, and `mended` once the failures it is shown name a check, or say
    why its page was not taken.

    Without that it writes the same again: it mends only what it was shown.
    """

    first: Mapping[str, str]
    mended: Mapping[str, str]
    checks: tuple[str, ...]
    steps: tuple[Block, ...] = ()
    failures: list[str] = field(default_factory=list)
    """The failures of each repair, as they were shown."""
    refusals: list[str] = field(default_factory=list)
    """The reasons why its page was not taken, as they were shown."""
    name: str = "scripted/mender"

    @property
    def named(self) -> tuple[str, ...]:
        """The checks that the first repair named."""
        shown = self.failures[0] if self.failures else ""
        return tuple(check for check in self.checks if f"{check}: " in shown)

    def complete(self, prompt: Prompt, *, timeout_seconds: float) -> Reply:
        request = read_request(prompt.user)
        assert request is not None
        if shown := _FAILURES.search(prompt.user):
            self.failures.append(shown[1])
        if shown := _REFUSED.search(prompt.user):
            self.refusals.append(shown[0])
        site = dict(self.mended if self.named or self.refusals else self.first)
        blocks = [*blocks_of(site, request), *([] if self.failures else self.steps)]
        text = render_blocks(blocks, request.nonce)
        return Reply(text, StopReason.COMPLETE, self.name, Usage(1, 0, 1))


def checks_of(kind: Kind) -> tuple[Check, ...]:
    """The kind's checks as a request has them: expressions, and plain words for the steps."""
    words = (f"The {kind.name} does what is asked, way {n}" for n, _ in enumerate(kind.steps, 1))
    return (*(JavaScriptCheck(js=check) for check in kind.checks), *words)


def steps_of(kind: Kind) -> tuple[Block, ...]:
    """The blocks in which a model writes the kind's steps, for `checks_of` it."""
    first = len(kind.checks) + 1
    return tuple(StepsBlock(number, lines) for number, lines in enumerate(kind.steps, first))


def assignment_of(kind: Kind) -> Assignment:
    """A first round that asks for the kind's page; its data files are attached."""
    attached = tuple(attachment(name, text.encode()) for name, text in kind.files.items())
    return build(
        f"Publish a page: {kind.name}.",
        task=kind.name.replace(" ", "-"),
        checks=checks_of(kind),
        attachments=attached,
    )


def texts_of(page: Mapping[str, bytes], kind: Kind) -> dict[str, str]:
    """The files of a page that a model writes: all but the attached ones."""
    own = {path: content.decode() for path, content in page.items() if path not in kind.files}
    return {**own, "README.md": README}


def generated(chromium: Chromium, assignment: Assignment, model: Mender) -> StoredSite:
    """The outcome of the loop with `model` and the browser."""
    generator = Generator(
        model=lambda: model,
        nonce=lambda: "0badcafe",
        inspect=Inspector(DirectBrowser(chromium)),
        compute=Computer(DirectBrowser(chromium)),
    )
    return generator(assignment, lambda: SECONDS)


def mending(kind: Kind, spoiled: Mapping[str, bytes]) -> Mender:
    """A model that makes the mistake of `spoiled` in a first round."""
    checks = tuple(check_text(check) for check in checks_of(kind))
    return Mender(texts_of(spoiled, kind), texts_of(kind.page(), kind), checks, steps_of(kind))
