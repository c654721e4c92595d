"""Invariants of every run, read from git, the evaluator, the table and the bucket."""

from __future__ import annotations

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dulwich.object_store import iter_tree_contents
from dulwich.objects import Commit
from dulwich.repo import Repo

from deployer.adapters.s3 import S3Sites
from deployer.domain.notification import NotificationState
from deployer.domain.repository import candidate_names, description
from deployer.domain.request import parse_request
from deployer.domain.round import Round, State
from deployer.domain.round_key import RoundKey
from deployer.generation.conversation import Budget
from tests.simulation.faults import Boundary, Kind

if TYPE_CHECKING:
    from tests.simulation.world import World

FINAL = (State.NOTIFIED, State.NOTIFY_FAILED, State.FAILED)
ACCEPTED, CONFLICT = 200, 409
CALLS_PER_BUILD = 2
"""An answer and one repair is the most that the briefs of these worlds need."""
CALLS_PER_SLOW_BUILD = Budget().calls
SLOW_SECONDS = 100
"""A model that takes longer can use up a run, and its answers are asked for again."""
WRITES_PER_TASK = 2
TOLD = {"email", "task", "round", "nonce", "repo_url", "commit_sha", "pages_url"}
NOT_APPLIED = (Kind.KILLED_BEFORE, Kind.REFUSED)
UNDER_WAY = 3.0
"""Seconds: who was writing when another worker was told of the silence may have sent one more."""


@dataclass(frozen=True)
class Violation:
    invariant: int
    """Its number in docs/reliability.md."""
    what: str

    def __str__(self) -> str:
        return f"invariant {self.invariant}: {self.what}"


def violations(world: World) -> list[Violation]:
    """Everything that does not hold, after a run that has come to rest."""
    return [
        *_every_accepted_request_has_a_final_state(world),
        *_one_repository_a_task_and_one_commit_a_round(world),
        *_told_once_with_the_same_bytes(world),
        *_bounded_cost(world),
        *_no_write_inside_a_silence(world),
        *_dead_letters_are_failures(world),
    ]


def unfinished(world: World) -> list[Violation]:
    """Rounds without delivery, though nothing went wrong any more and the evaluator is there."""
    gone = {
        r.body["nonce"] for r in world.callers.requests if "status=410" in r.body["evaluation_url"]
    }
    return [
        Violation(1, f"{record.key} ends as {record.state}: {record.failure}")
        for record in world.records.records.values()
        if record.state is not State.NOTIFIED
        and not (record.state is State.NOTIFY_FAILED and record.notifications[-1].nonce in gone)
    ]


def _every_accepted_request_has_a_final_state(world: World) -> Iterator[Violation]:
    for request in world.callers.requests:
        if request.status is None and request.tries > 1 and not request.held_back:
            yield Violation(1, f"{request.body['nonce']} was never answered")
        if request.status not in (None, ACCEPTED, CONFLICT):
            yield Violation(1, f"{request.body['nonce']} was answered {request.status}")
        if not request.accepted:
            continue
        record = world.records.find(_key(request.body))
        if record is None:
            yield Violation(1, f"{request.body['nonce']} was accepted and has no record")
        elif not record.knows(request.answer["deployment_id"]):
            yield Violation(1, f"{request.body['nonce']} was accepted and is not in its record")
    for record in world.records.records.values():
        if record.state not in FINAL:
            yield Violation(1, f"{record.key} is stranded as {record.state}")
        if record.state is State.NOTIFIED and record.pending:
            yield Violation(1, f"{record.key} is NOTIFIED and somebody waits to be told")


def _one_repository_a_task_and_one_commit_a_round(world: World) -> Iterator[Violation]:
    tasks: dict[tuple[str, str], list[Round]] = defaultdict(list)
    for record in world.records.records.values():
        tasks[record.email, record.task].append(record)
    for (email, task), rounds in tasks.items():
        store, owner = world.github.double.repositories, world.github.owner
        named = [store.find(owner, name) for name in candidate_names(email, task)]
        mark = description(email, task)
        ours = [one for one in named if one and one.description == mark]
        if len(ours) > 1:
            yield Violation(2, f"{task} has {len(ours)} repositories")
        for one in ours:
            yield from _branch(world, one.full_name, rounds)
        for one in named:
            if one and one not in ours and branch(world, one.full_name):
                yield Violation(2, f"{one.full_name}, which is not ours, was written to")


def _branch(world: World, full_name: str, rounds: list[Round]) -> Iterator[Violation]:
    commits = branch(world, full_name)
    ids = [_deployment_id(commit) for commit in commits]
    yield from _builds(world, full_name, [one for one in ids if one], rounds)
    shas = [commit.id.decode() for commit in commits]
    published = []
    for record in sorted(rounds, key=lambda one: one.round):
        if record.publication is None or record.publication.repository != full_name:
            continue
        sha = record.publication.commit_sha
        if sha not in shas:
            yield Violation(3, f"{sha}, which round {record.round} names, is not on the branch")
            continue
        published.append((record, shas.index(sha)))
        if record.state is not State.FAILED and ids[shas.index(sha)] != record.build_id:
            yield Violation(2, f"round {record.round} names a commit that is not its build")
        yield from _tree(world, full_name, commits[shas.index(sha)], record)
    for (earlier, place), (later, next_place) in itertools.pairwise(published):
        # A round that was sent again, with other content, after the next one is built upon that.
        if earlier.accepted_at < later.accepted_at and place >= next_place:
            yield Violation(4, f"the rounds of {full_name} are not in order")


def _builds(
    world: World, full_name: str, ids: list[str], rounds: list[Round]
) -> Iterator[Violation]:
    """Each content of a round is built once; again only if another one came in between."""
    asked = {_request_id(request.body): request.body for request in world.callers.requests}
    contents = {one: (body["round"], body["brief"]) for one, body in asked.items()}
    for one in ids:
        if one not in asked:
            yield Violation(2, f"{full_name} holds a build that nobody asked for: {one}")
    allowed: Counter[tuple[int, str]] = Counter()
    for record in rounds:
        sent = [contents[one.deployment_id] for one in record.notifications]
        allowed.update(content for content, _ in itertools.groupby(sent))
    for content, count in Counter(contents[one] for one in ids if one in asked).items():
        if count > allowed[content]:
            yield Violation(2, f"{full_name} holds {count} builds of {content}")


def _tree(world: World, full_name: str, commit: Commit, record: Round) -> Iterator[Violation]:
    assert record.publication is not None
    stored = S3Sites("bucket", world.bucket).load(record.publication.site_ref)  # type: ignore[arg-type]
    with repository(world, full_name) as repo:
        entries = list(iter_tree_contents(repo.object_store, commit.tree))
        files = {entry.path.decode(): repo[entry.sha].data for entry in entries}
    if stored is None or dict(stored.site) != files:
        yield Violation(2, f"the commit of round {record.round} is not the stored site")


def _told_once_with_the_same_bytes(world: World) -> Iterator[Violation]:
    bodies: dict[str, set[bytes]] = defaultdict(set)
    delivered: dict[str, int] = defaultdict(int)
    for _, body, status in world.evaluator.received:
        nonce = json.loads(body)["nonce"]
        bodies[nonce].add(body)
        delivered[nonce] += status < 300
    # Only a notifier that was struck between its POST and its note may tell again.
    struck = sum(
        boundary.name.startswith("notifier")
        and (not boundary.name.endswith("NOTIFIED") or kind in NOT_APPLIED)
        for boundary, kind in world.faults.struck
    )
    for nonce, different in bodies.items():
        if len(different) > 1:
            yield Violation(3, f"{nonce} was told in {len(different)} ways")
        if delivered[nonce] > 1 + struck:
            yield Violation(3, f"{nonce} was delivered {delivered[nonce]} times")
    for record in world.records.records.values():
        for one in record.notifications:
            if one.state is NotificationState.DELIVERED and not delivered[one.nonce]:
                yield Violation(3, f"{one.nonce} is noted as delivered and was never told")
    yield from _told_of_what_is_there(world)


def _told_of_what_is_there(world: World) -> Iterator[Violation]:
    sent = {request.body["nonce"]: request.body for request in world.callers.requests}
    for url, body, _ in world.evaluator.received:
        told = json.loads(body)
        asked = sent.get(told["nonce"])
        if asked is None or url != asked["evaluation_url"]:
            yield Violation(3, f"{told['nonce']} was told to {url}, which did not ask for it")
        elif set(told) != TOLD or any(told[name] != asked[name] for name in TOLD & asked.keys()):
            yield Violation(3, f"{told['nonce']} was told {told}")
        full_name = "/".join(told["repo_url"].rsplit("/", 2)[-2:])
        if not told["pages_url"].endswith(f"/{full_name}/"):
            yield Violation(3, f"{told['nonce']} was told of {told['pages_url']}")
        if told["commit_sha"] not in [c.id.decode() for c in branch(world, full_name)]:
            yield Violation(3, f"{told['nonce']} was told of a commit that is not on the branch")


def _bounded_cost(world: World) -> Iterator[Violation]:
    executions = Counter(
        json.loads(i)["deployment_id"] for i in world.state_machine.inputs.values()
    )
    for deployment_id, count in executions.items():
        if count > 1:
            yield Violation(5, f"{deployment_id} has {count} executions")
    saving = sum(boundary.name.endswith("put_object sites") for boundary, _ in world.faults.struck)
    for key, count in world.bucket.puts.items():
        # A site that was put on somebody's commit (`-on-`) was made without the model.
        if key.startswith("sites/") and "-on-" not in key and count > 1 + saving:
            yield Violation(5, f"{key} was paid for {count} times")
    faults = len(world.faults.struck)
    for brief, calls in world.model.calls.items():
        contents = {r.body["nonce"] for r in world.callers.requests if r.body["brief"] == brief}
        slow = world.conditions.model_seconds[1] > SLOW_SECONDS
        most = CALLS_PER_SLOW_BUILD if slow else CALLS_PER_BUILD
        if calls > most * (len(contents) + faults):
            yield Violation(5, f"{calls} calls of the model for {brief!r}")
    tasks = {(record.email, record.task) for record in world.records.records.values()}
    counted = sum(entry.counted for entry in world.github.requests())
    # Each fault costs at most one creation and one enabling more, and each name that is taken one.
    if counted > WRITES_PER_TASK * (len(tasks) + faults) + world.taken_names:
        yield Violation(5, f"{counted} counted writes for {len(tasks)} tasks, {faults} faults")


def _no_write_inside_a_silence(world: World) -> Iterator[Violation]:
    refused = sum(entry.status in (403, 429) for entry in world.github.requests())
    if refused:
        yield Violation(7, f"GitHub refused {refused} requests, so its limits were not kept")
    if any(_may_have_swallowed_a_silence(boundary) for boundary, _ in world.faults.struck):
        return
    told = -UNDER_WAY
    for entry in world.github.requests():
        if entry.status in (403, 429):
            told = max(told, entry.time) if entry.inside_window else entry.time
        if entry.inside_window and entry.time > told + UNDER_WAY:
            yield Violation(7, f"{entry.method} {entry.path} was sent inside a silence")


def _may_have_swallowed_a_silence(boundary: Boundary) -> bool:
    """A worker that dies, or loses the answer, before it has noted the silence for all."""
    return "GitHub" in boundary.name or "ledger" in boundary.name


def _dead_letters_are_failures(world: World) -> Iterator[Violation]:
    dead = set()
    for message in world.queue.dead:
        fields = json.loads(message.body)
        record = world.records.find(RoundKey(fields["email"], fields["task"], fields["round"]))
        state = record.state if record else "no record"
        dead.add((fields["email"], fields["task"], fields["round"]))
        # Of a message that was there twice, the other one may have done the work.
        if state not in (State.FAILED, State.NOTIFIED, State.NOTIFY_FAILED):
            yield Violation(8, f"a dead letter's deployment is {state}")
    for record in world.records.records.values():
        can_go_on = record.failure is not None and record.failure.resumable
        if can_go_on and (record.email, record.task, record.round) not in dead:
            yield Violation(8, f"{record.key} failed and can go on, and has no dead letter")


class repository:  # noqa: N801 - reads as the context that it is
    """A repository's objects, as git has them on disk."""

    def __init__(self, world: World, full_name: str) -> None:
        store = world.github.double.repositories
        found = store.find(*full_name.split("/"))
        assert found is not None
        self._repo = Repo(str(store.git_directory(found)))

    def __enter__(self) -> Repo:
        return self._repo

    def __exit__(self, *_: object) -> None:
        self._repo.close()


def branch(world: World, full_name: str) -> list[Commit]:
    """The commits of main, oldest first."""
    with repository(world, full_name) as repo:
        if b"refs/heads/main" not in repo.refs:
            return []
        walked = repo.get_walker(include=[repo.refs[b"refs/heads/main"]])
        return [entry.commit for entry in walked][::-1]


def _deployment_id(commit: Commit) -> str | None:
    for line in commit.message.decode().splitlines():
        if line.startswith("Deployment-Id: "):
            return line.removeprefix("Deployment-Id: ")
    return None


def _request_id(body: dict[str, object]) -> str:
    return parse_request(body).deployment_id


def _key(body: dict[str, object]) -> RoundKey:
    return RoundKey(str(body["email"]), str(body["task"]), int(str(body["round"])))
