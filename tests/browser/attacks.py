"""Open every attack in Chromium: `python -m tests.browser.attacks` says what holds each.

test_attacks.py opens them as they would be published.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

from deployer.domain.site import Site
from deployer.generation.assignment import Assignment
from deployer.generation.judging import gates
from deployer.generation.judging.policy.csp import with_policy
from deployer.generation.judging.policy.hosts import policy_for
from deployer.generation.judging.subject import Subject
from tests.hostile.attacks import Attack, attacks, limits
from tests.support.chromium import Visitor
from tests.support.internet import Internet
from tests.unit.generation.builders import README, attachment, build

BRIEF = "Show one colour after the other."
NAMES, LIMITS = tuple(attacks("", "")), tuple(limits(""))
PEERS = "a relay for peers"
Publish = Callable[[Site, Assignment], Site | None]


def as_it_is(site: Site, _: Assignment) -> Site | None:
    """The site without a gate or a policy."""
    return site


def with_the_policy(site: Site, assignment: Assignment) -> Site | None:
    """The site with its policy, whatever the gates say; attachments stay as they came."""
    attached = Subject(site, assignment).attached
    policed = with_policy(site, policy_for(assignment, site))
    return policed.with_files({path: site[path] for path in attached})


def as_published(site: Site, assignment: Assignment) -> Site | None:
    """The site as our code publishes it; None if a gate holds it back."""
    held = any(gates.inspect(Subject(site, assignment)))
    return None if held else with_the_policy(site, assignment)


def reached(publish: Publish, names: Sequence[str] = NAMES) -> set[str]:
    """The names of the attacks that reach their attacker when a visitor opens them.

    Each has an attacker with a host of its own; packets, which have no host, are the relay's.
    """
    folders: dict[str, bytes] = {}
    pages: list[str] = []
    internet = Internet()
    hosts = {internet.address: PEERS}
    for number, name in enumerate(names):
        host = f"evil{number}.example"
        hosts[host] = name
        attack = (attacks(host, internet.address) | limits(host))[name]
        internet.replies |= {url: body.encode() for url, body in attack.serves.items()}
        site = publish(_site(attack), _assignment(attack))
        folders |= {f"{number}/{path}": content for path, content in (site or {}).items()}
        pages += [f"{number}/{attack.opened}"] if site is not None else []
    try:
        contacts = Visitor(internet).open_all(folders, pages)
    finally:
        internet.close()
    return {hosts[contact.host] for contact in contacts if contact.host in hosts}


def reached_at_last(publish: Publish, names: Sequence[str] = NAMES) -> set[str]:
    """The same, with further tries: a busy machine may need more than a second for a window."""
    found = reached(publish, names)
    for _ in range(3):
        if left := [name for name in names if name not in found]:
            found |= reached(publish, left)
    return found


def _site(attack: Attack) -> Site:
    files: Mapping[str, str] = {"README.md": README, **attack.files}
    if "index.html" not in files:
        files = {**files, "index.html": "<!doctype html><title>Colours</title>"}
    return Site({path: text.encode() for path, text in files.items()})


def _assignment(attack: Attack) -> Assignment:
    sent = (attachment(path, attack.files[path].encode()) for path in attack.attached)
    return build(BRIEF, attachments=tuple(sent))


def main() -> int:
    """Print for each attack whom it reaches; 1 if one reaches its attacker as it is published."""
    ways = (as_it_is, with_the_policy, as_published)
    found = [reached_at_last(publish) for publish in ways]
    for name in NAMES:
        print(*(f"{'reached' if name in each else '-':8}" for each in found), name)
    for publish, each in zip(ways, found, strict=True):
        print(f"{publish.__name__}: {len(each)} of {len(NAMES)} reach their attacker")
    return int(bool(found[-1]))


if __name__ == "__main__":
    sys.exit(main())
