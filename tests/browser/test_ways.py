"""Ways that no policy holds, in real Chromium: with the policy alone the sites reach their
attacker, so that the gates hold them back; the honest sites beside them contact nobody."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

import pytest

from deployer.domain.site import Site
from deployer.generation.judging import gates
from deployer.generation.judging.policy.csp import with_policy
from deployer.generation.judging.policy.hosts import policy_for
from deployer.generation.judging.subject import Subject
from tests.hostile.sites import EVIL
from tests.hostile.ways import CHANNELS, DRAWINGS, GOING, HONEST, LIBRARIES, WORKERS
from tests.support.chromium import Visitor
from tests.unit.generation.builders import PAGE, README, build

ASSIGNMENT = build("Show one colour after the other.")
UNSEEN = {
    "a connection ahead", "a name ahead", "a connection ahead by script", "names of links ahead",
    "speculation rules for links", "peers", "peers under another name", "another page",
    "an animated address", "another encoding", "a page of XHTML",
    *LIBRARIES,
}  # fmt: skip
"""Ways that the headless shell or the tests' server does not take, that need a click or a link of
another page, that go over UDP, or that need a library of the internet."""
WAYS = {**GOING, **CHANNELS, **WORKERS, **DRAWINGS}


def with_files(files: Mapping[str, str]) -> Site:
    whole = {"index.html": PAGE, "README.md": README, **files}
    site = Site({path: text.encode() for path, text in whole.items()})
    return with_policy(site, policy_for(ASSIGNMENT, site))


def contacted(visitor: Visitor, sites: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The hosts that were contacted, with the names of the sites whose attacker they are."""
    folders: dict[str, bytes] = {}
    for number, files in enumerate(sites.values()):
        named = {path: _renamed(text, number) for path, text in files.items()}
        folders |= {f"{number}/{path}": content for path, content in with_files(named).items()}
    pages = [
        f"{number}/{next((p for p in files if p.endswith(('.svg', '.xhtml'))), 'index.html')}"
        for number, files in enumerate(sites.values())
    ]
    names = {f"e{number}.example": name for number, name in enumerate(sites)}
    contacts = visitor.open_all(folders, pages, seconds=2)
    return {contact.host: names.get(contact.host, "") for contact in contacts}


def _renamed(text: str, number: int) -> str:
    """The text with an attacker of its own, also where the name is spelled out or hidden."""
    name = f"e{number}.example"
    hidden = b64encode(f"https://{EVIL}/".encode()).decode()
    text = text.replace(hidden, b64encode(f"https://{name}/".encode()).decode())
    return text.replace(EVIL, name).replace('"evil"', f'"e{number}"')


def test_with_the_policy_alone_they_reach_the_attacker(visitor: Visitor) -> None:
    left = {name: files for name, files in WAYS.items() if name not in UNSEEN}
    for _ in range(4):  # a busy machine may need more than a second for a window
        seen = set(contacted(visitor, left).values())
        left = {name: files for name, files in left.items() if name not in seen}

    assert set(left) == set()


@pytest.mark.parametrize("name", WAYS)
def test_none_of_them_is_published(name: str) -> None:
    assert any(gates.inspect(Subject(with_files(WAYS[name]), ASSIGNMENT)))


def test_the_honest_sites_beside_them_contact_nobody_but_libraries(visitor: Visitor) -> None:
    hosts = set(contacted(visitor, HONEST))

    assert hosts <= {"cdn.jsdelivr.net", "fonts.googleapis.com", "fonts.gstatic.com", ""}
