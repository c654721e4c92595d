"""Holds what happened against the promises. Pure: it reads nothing by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deployer.domain.repository import description
from deployer.domain.round import Round, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.burst.load import Posted
    from tests.burst.other_side import OtherSide, Repository, Told

ACCEPTED = 200
FILES = {"index.html", "LICENSE", "README.md"}


@dataclass(frozen=True)
class Violation:
    """A broken promise; `deployment_id` is empty when it is nobody's in particular."""

    deployment_id: str
    what: str


@dataclass(frozen=True)
class Outcome:
    """A burst's records and memories, to judge and to tell."""

    posted: Sequence[Posted]
    records: Mapping[tuple[str, str], Round]
    other_side: OtherSide
    dead_letters: int
    dead_letter_ids: Sequence[str]
    lost_runs: int
    """Runs of the worker that were killed, as the emulator counts them."""

    @property
    def accepted(self) -> list[Posted]:
        return [one for one in self.posted if one.status == ACCEPTED]

    @property
    def duplicates(self) -> int:
        """Notifications beyond the first of their nonce."""
        return sum(len(told) - 1 for told in self.other_side.told.values())

    def seconds(self) -> list[tuple[float, str]]:
        """From each POST until its evaluator had accepted, slowest first, with deployment ids."""
        return sorted(
            (
                (told.at - one.at, one.deployment_id)
                for one in self.accepted
                for told in self.other_side.told.get(one.nonce, ())
                if told.accepted
            ),
            reverse=True,
        )


def violations(outcome: Outcome) -> list[Violation]:
    """Every broken promise; none is what should be."""
    found = [broken for one in outcome.accepted for broken in _of_one(one, outcome)]
    return [*found, *_of_all(outcome)]


def _of_one(posted: Posted, outcome: Outcome) -> Iterator[Violation]:
    def broken(what: str) -> Violation:
        return Violation(posted.deployment_id, what)

    record = outcome.records.get((posted.email, posted.task))
    if record is None:
        yield broken("was accepted and has no record")
        return
    if record.state is not State.NOTIFIED:
        reason = f": {record.failure.reason}" if record.failure else ""
        yield broken(f"is {record.state.value}{reason}")
    if record.latest.deployment_id != posted.deployment_id:
        yield broken(f"has the record of {record.latest.deployment_id}")
    mark = description(posted.email, posted.task)
    own = [one for one in outcome.other_side.repositories if one.description == mark]
    for what in (*_of_repositories(own, record), *_of_told(posted, record, outcome)):
        yield broken(what)


def _of_repositories(own: Sequence[Repository], record: Round) -> Iterator[str]:
    if len(own) != 1:
        yield f"has {len(own)} repositories: {', '.join(one.full_name for one in own)}"
        return
    (repository,) = own
    if len(repository.commits) != 1:
        yield f"{repository.full_name} has {len(repository.commits)} commits"
    if missing := FILES.difference(repository.files):
        yield f"{repository.full_name} lacks {', '.join(sorted(missing))}"
    published = record.publication
    if published and (published.repository, published.commit_sha) != (
        repository.full_name,
        repository.commits[0] if repository.commits else "",
    ):
        yield f"its record names {published.repository} at {published.commit_sha}"


def _of_told(posted: Posted, record: Round, outcome: Outcome) -> Iterator[str]:
    told: tuple[Told, ...] = outcome.other_side.told.get(posted.nonce, ())
    if not any(one.accepted for one in told):
        yield "its evaluator was not told"
    if len({one.text for one in told}) > 1:
        yield f"its evaluator was told {len(told)} times, with different bytes"
    for one in told[:1]:
        named = (one.body.get("email"), one.body.get("task"), one.body.get("commit_sha"))
        sha = record.publication.commit_sha if record.publication else None
        if named != (posted.email, posted.task, sha):
            yield f"its evaluator was told about {named}"


def _of_all(outcome: Outcome) -> Iterator[Violation]:
    if not outcome.accepted:
        yield Violation("", "no POST was accepted")
    marks = {description(one.email, one.task) for one in outcome.posted}
    for repository in outcome.other_side.repositories:
        if repository.description not in marks:
            yield Violation("", f"nobody asked for the repository {repository.full_name}")
    nonces = {one.nonce for one in outcome.posted}
    for nonce in outcome.other_side.told.keys() - nonces:
        yield Violation("", f"the evaluator was told about {nonce!r}, which nobody sent")
    if outcome.dead_letters:
        ids = ", ".join(outcome.dead_letter_ids)
        yield Violation("", f"{outcome.dead_letters} messages are dead letters: {ids}")
    # A run that is killed between the answer and its checkpoint has paid for nothing; what a
    # browser had repaired is told in the record.
    told = sum(r.generation.calls for r in outcome.records.values() if r.generation)
    most = max(told, len(outcome.posted))
    calls, allowed = outcome.other_side.model_calls, most + outcome.lost_runs
    if calls > allowed:
        yield Violation("", f"the model was called {calls} times, where {allowed} are explained")
