"""The subject of the rules: a site, and the assignment behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from deployer.domain.request import Check, check_text
from deployer.domain.site import Site
from deployer.generation.assignment import Assignment
from deployer.generation.judging.demands import demands_of
from deployer.generation.judging.demands.kinds import (
    Demand,
)
from deployer.generation.reading.page import PAGES, Page, is_a, page_of


@dataclass(frozen=True)
class Subject:
    site: Site
    assignment: Assignment

    @cached_property
    def page(self) -> Page:
        return page_of(self.site)

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """Every HTML file of the site."""
        return tuple(page_of(self.site, p) for p in self.site if is_a(p, PAGES))

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """Files that this round wrote: the rest has been published before."""
        current = self.assignment.current or Site()
        sent = {attachment.name: attachment.content for attachment in self.assignment.attachments}
        return tuple(
            path
            for path, content in self.site.items()
            if content not in (sent.get(path), current.get(path))
        )

    @cached_property
    def attached(self) -> frozenset[str]:
        """Files that stand as they were attached, in this round or an earlier one."""
        now = (attachment.name for attachment in self.assignment.attachments)
        names = {*now, *self.assignment.earlier_attachments}
        return frozenset(names.intersection(self.site).difference(self.changed))

    @cached_property
    def all_text(self) -> str:
        """The brief and the checks, in the caller's own words."""
        checks = (*self.assignment.checks, *self.assignment.earlier_checks)
        return "\n".join([self.assignment.brief, *(check_text(check) for check in checks)])

    def asked_for(self, literal: str) -> bool:
        """True if the caller's own words hold the literal."""
        return literal.strip().lower() in self.all_text.lower()

    def demands(self) -> Iterator[tuple[Check, Demand, bool]]:
        """Every demand with its check, and whether an earlier round made it."""
        for check in self.assignment.checks:
            for demand in demands_of(check):
                yield check, demand, False
        for check in self.assignment.earlier_checks:
            for demand in demands_of(check):
                yield check, demand, True
