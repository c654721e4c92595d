"""Honest sites are published as they were written, after one call, with the policy that they need."""

from __future__ import annotations

import pytest

from deployer.domain.policy import Policy, host_of
from deployer.domain.site import Site
from deployer.generation.answers.grammar import FileBlock, render_blocks
from deployer.generation.assignment import Assignment
from deployer.generation.judging.policy.hosts import policy_for
from deployer.generation.judging.policy.services import services
from deployer.generation.judging.policy.words import named_hosts
from tests.honest.sites import KINDS, MORE, SITES, Honest
from tests.unit.generation.builders import NONCE, ScriptedModel, build, run


def assigned(honest: Honest) -> Assignment:
    return build(
        honest.brief,
        checks=honest.checks,
        attachments=honest.attachments,
        allow_workflows=honest.allow_workflows,
    )


def policy_of(honest: Honest) -> Policy:
    return policy_for(assigned(honest), Site({p: t.encode() for p, t in honest.written.items()}))


def test_there_are_the_kinds_of_the_reports_and_twenty_more() -> None:
    assert len(KINDS) == 32
    assert len(MORE) >= 20
    assert len({honest.name for honest in SITES}) == len(SITES)


@pytest.mark.parametrize("honest", SITES, ids=lambda honest: honest.name)
def test_it_is_published_as_it_was_written_after_one_call(honest: Honest) -> None:
    blocks = [FileBlock(path, text) for path, text in honest.written.items()]
    model = ScriptedModel([render_blocks(blocks, NONCE)])

    made = run(assigned(honest), model)

    assert (made.report.unmet, len(model.prompts)) == ((), 1)
    assert {path: made.site.text(path).strip() for path in honest.written} == {
        path: text.strip() for path, text in honest.written.items()
    }


@pytest.mark.parametrize("honest", SITES, ids=lambda honest: honest.name)
def test_its_policy_allows_what_it_asks_for(honest: Honest) -> None:
    allowed = policy_of(honest)

    refused = [
        url for kind, urls in honest.asks.items() for url in urls if not allowed.allows(url, kind)
    ]

    assert refused == []


@pytest.mark.parametrize("honest", SITES, ids=lambda honest: honest.name)
def test_its_policy_allows_nothing_else(honest: Honest) -> None:
    allowed = policy_of(honest)
    whole = {one.name for one in services() if one.policy.joined(allowed) == allowed}
    expected = {host_of(url) for urls in honest.asks.values() for url in urls}
    expected |= {host for one in services() if one.name in whole for host in one.policy.hosts}
    named = named_hosts(f"{honest.brief}\n{honest.checks}")

    others = [
        host
        for host in allowed.hosts
        if host not in expected and not any(name.endswith(_owner(host)) for name in named)
    ]

    assert whole == set(honest.services)
    assert sorted(others) == sorted(honest.libraries_ask)


def _owner(host: str) -> str:
    return host.removeprefix("*.")
