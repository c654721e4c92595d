"""Hostile sites as published: real Chromium opens them, and the attacker hears nothing.

All pages are opened in one browser, each in a window of its own, and each has an attacker with a
name of its own: whoever is contacted says which page did it.
"""

from __future__ import annotations

from collections.abc import Mapping

from deployer.domain.site import Site
from deployer.generation.judging import gates
from deployer.generation.judging.policy.csp import with_policy
from deployer.generation.judging.policy.hosts import policy_for
from deployer.generation.judging.subject import Subject
from tests.hostile.sites import EVIL, FOREIGN, SPELLINGS
from tests.support.chromium import Visitor
from tests.unit.generation.builders import PAGE, README, build

SITES: dict[str, Mapping[str, str]] = {**FOREIGN, **SPELLINGS}
_OPENED = (".html", ".htm", ".svg", ".xml", ".xhtml")


def published(files: Mapping[str, str], *, policy: bool) -> Site | None:
    """The site as it is published; None if a gate holds it back."""
    assignment = build("Show one colour after the other.")
    whole = {"index.html": PAGE, "README.md": README, **files}
    site = Site({path: text.encode() for path, text in whole.items()})
    if not policy:
        return site
    if any(gates.inspect(Subject(site, assignment))):
        return None
    return with_policy(site, policy_for(assignment, site))


def reached(visitor: Visitor, *, policy: bool) -> set[str]:
    """The names of the sites that reach their attacker when a visitor opens their files."""
    folders: dict[str, bytes] = {}
    pages: list[str] = []
    for number, files in enumerate(SITES.values()):
        own = {path: text.replace(EVIL, attacker(number)) for path, text in files.items()}
        site = published(own, policy=policy)
        for path, content in (site or {}).items():
            folders[f"{number}/{path}"] = content
            pages += [f"{number}/{path}"] if path.lower().endswith(_OPENED) else []
    contacts = visitor.open_all(folders, pages)
    names = dict(zip(map(attacker, range(len(SITES))), SITES, strict=True))
    # A name that is spelled with escapes keeps the one of all attackers.
    return {names.get(c.host, c.host) for c in contacts if "evil" in c.host}


def attacker(number: int) -> str:
    return f"evil{number}x.example"


def test_no_hostile_site_reaches_its_attacker_as_published(visitor: Visitor) -> None:
    assert reached(visitor, policy=True) == set()


def test_without_policy_and_gates_many_of_them_would(visitor: Visitor) -> None:
    assert len(reached(visitor, policy=False)) > len(SITES) / 5
