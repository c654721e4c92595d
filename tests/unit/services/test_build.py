from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from deployer.domain.deployment import Deployment, State
from deployer.domain.errors import (
    HostUnavailableError,
    ModelRefusedError,
    ModelUnavailableError,
    NotRecordedError,
    Postponed,
    QueueUnavailableError,
    RateLimitedError,
    ReceivedTooOftenError,
    UnavailableError,
)
from deployer.domain.key import Key
from deployer.domain.ports import Commit, Message
from deployer.domain.request import DeploymentRequest
from deployer.domain.site import Site
from deployer.domain.site_cache import CacheScope, SiteCache
from deployer.domain.write_budget import WriteLedger, Writer
from deployer.services.accept import accept
from deployer.services.build import BuildPorts, Invocation, build
from deployer.services.publish import Publisher
from deployer.services.write_turns import WriteTurns
from tests.builders import START, SettableClock, a_report, a_request
from tests.fakes import (
    FakeGitHub,
    InMemoryDeployments,
    InMemoryQueue,
    InMemoryRepositoryNames,
    InMemoryRequests,
    InMemorySites,
    InMemoryWriteLedgers,
    RecordingTelemetry,
    RecordingWorkflow,
    ScriptedGenerator,
    without_quota,
)

REPOSITORY = "octocat/sum-of-sales"
MAX_RECEIVES = 5


@dataclass
class World:
    """A worker and everything around it."""

    store: InMemoryDeployments = field(default_factory=InMemoryDeployments)
    requests: InMemoryRequests = field(default_factory=InMemoryRequests)
    sites: InMemorySites = field(default_factory=InMemorySites)
    queue: InMemoryQueue = field(default_factory=InMemoryQueue)
    generate: ScriptedGenerator = field(default_factory=ScriptedGenerator)
    github: FakeGitHub = field(default_factory=FakeGitHub)
    names: InMemoryRepositoryNames = field(default_factory=InMemoryRepositoryNames)
    ledgers: InMemoryWriteLedgers = field(default_factory=InMemoryWriteLedgers)
    workflow: RecordingWorkflow = field(default_factory=RecordingWorkflow)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    clock: SettableClock = field(default_factory=SettableClock)
    cache_scope: CacheScope = CacheScope.TASK

    def accept(self, request: DeploymentRequest) -> Message:
        accept(
            request,
            store=self.store,
            requests=self.requests,
            queue=self.queue,
            charge=without_quota,
            telemetry=self.telemetry,
            clock=self.clock,
        )
        return self.queue.sent.pop()[0]

    def work(
        self,
        message: Message,
        *,
        owner: str = "worker-1",
        receives: int = 1,
        seconds_left: float = 300,
    ) -> None:
        ports = BuildPorts(
            store=self.store,
            requests=self.requests,
            sites=self.sites,
            queue=self.queue,
            site_cache=SiteCache(self.cache_scope, "scripted/model", "digest"),
            generate=self.generate,
            publisher=Publisher(
                self.github,
                self.github,
                self.names,
                WriteTurns("octocat", self.ledgers, self.clock),
                self.clock,
            ),
            git=self.github,
            workflow=self.workflow,
            telemetry=self.telemetry,
            clock=self.clock,
        )
        build(message, ports, Invocation(owner, lambda: seconds_left, receives, MAX_RECEIVES))

    def record(self, round_number: int = 1) -> Deployment:
        record = self.store.find(Key("student@example.com", "sum-of-sales", round_number))
        assert record is not None
        return record

    def commits(self, repository: str = REPOSITORY) -> list[Commit]:
        return [commit for _, commit in self.github.branches[repository]]


@pytest.fixture
def world() -> World:
    return World()


def test_round_1_creates_the_repository_with_one_commit_and_starts_the_notification(
    world: World,
) -> None:
    world.work(world.accept(a_request()))

    record = world.record()
    assert record.state is State.PUBLISHED
    (commit,) = world.commits()
    assert commit.parent is None
    assert b"Show the sum" in commit.files["index.html"]
    assert REPOSITORY in world.github.pages
    (delivery,) = world.workflow.started.values()
    assert delivery.payload.commit_sha == world.github.branches[REPOSITORY][0][0]
    assert delivery.payload.pages_url == "https://octocat.github.io/sum-of-sales/"


def test_round_2_is_one_commit_on_top_of_round_1_from_its_site(world: World) -> None:
    world.work(world.accept(a_request()))
    world.work(world.accept(a_request(round=2, nonce="nonce-2", brief="Add a table.", checks=[])))

    first, second = world.commits()
    assert second.parent == world.record().publication.commit_sha  # type: ignore[union-attr]
    assert world.generate.assignments[1].current == first.files
    assert world.generate.assignments[1].earlier_checks == a_request().checks
    assert world.record(2).state is State.PUBLISHED


def test_a_message_that_is_delivered_twice_changes_nothing(world: World) -> None:
    message = world.accept(a_request())
    world.work(message)
    world.work(message, owner="worker-2")
    assert len(world.commits()) == 1
    assert len(world.generate.assignments) == 1
    assert len(world.workflow.started) == 1


def test_a_worker_that_finds_a_lease_waits_for_its_end_without_spending_a_receive(
    world: World,
) -> None:
    message = world.accept(a_request())
    world.generate.failures = [KeyboardInterrupt()]  # killed: nothing is tidied up
    with pytest.raises(KeyboardInterrupt):
        world.work(message)

    world.work(message, owner="worker-2")
    ((copy, delay),) = world.queue.sent
    assert (copy, delay, world.record().state) == (message, 20, State.GENERATING)

    world.clock.advance(310)
    world.work(message, owner="worker-2")
    assert world.record().state is State.PUBLISHED


def test_a_generated_site_is_never_paid_for_twice(world: World) -> None:
    message = world.accept(a_request())
    world.github.push = _failing(HostUnavailableError("GitHub answered 502"))  # type: ignore[method-assign]
    with pytest.raises(HostUnavailableError):
        world.work(message)
    assert (world.record().state, world.record().lease) == (State.GENERATED, None)

    del world.github.push  # type: ignore[method-assign]
    world.work(message, owner="worker-2")
    assert world.record().state is State.PUBLISHED
    assert len(world.generate.assignments) == 1


def test_round_2_waits_while_round_1_is_in_work(world: World) -> None:
    first = world.accept(a_request())
    second = world.accept(a_request(round=2, nonce="nonce-2"))

    world.work(second)
    ((copy, delay),) = world.queue.sent
    assert (copy, delay) == (second, 10)
    waiting = world.record(2).waiting
    assert waiting is not None
    assert waiting.reason == "round 1 is still in work"

    world.work(first)
    world.work(copy)
    assert world.record(2).state is State.PUBLISHED
    assert world.record(2).waiting is None


def test_round_2_fails_with_a_cure_when_round_1_failed(world: World) -> None:
    first = world.accept(a_request())
    world.generate.failures = [ModelRefusedError("the model declined")]
    world.work(first)
    world.work(world.accept(a_request(round=2, nonce="nonce-2")))
    failure = world.record(2).failure
    assert failure is not None
    assert "send it again" in failure.reason


def test_a_wait_has_an_end(world: World) -> None:
    world.accept(a_request())
    second = world.accept(a_request(round=2, nonce="nonce-2"))
    world.work(second)
    world.clock.advance(timedelta(hours=25).total_seconds())
    world.work(second)
    failure = world.record(2).failure
    assert failure is not None
    assert "waited too long" in failure.reason


def test_a_deployment_that_is_redriven_days_later_may_wait_as_long_as_any_other(
    world: World,
) -> None:
    # GIVEN a deployment that waited, was given up, and is redriven three days later
    message = world.accept(a_request())
    create = world.github.create
    until = START + timedelta(seconds=30)
    world.github.create = _failing(Postponed("GitHub's rate limit", until))  # type: ignore[method-assign]
    world.work(message)
    world.github.create = _failing(HostUnavailableError("GitHub answered 502"))  # type: ignore[method-assign]
    with pytest.raises(HostUnavailableError):
        world.work(message, receives=5)
    assert world.record().state is State.FAILED
    world.clock.advance(timedelta(days=3).total_seconds())

    # WHEN it has to wait once more
    until = world.clock() + timedelta(minutes=10)
    world.github.create = _failing(Postponed("GitHub's rate limit", until))  # type: ignore[method-assign]
    world.work(message)
    world.clock.advance(timedelta(minutes=10).total_seconds())
    world.github.create = create  # type: ignore[method-assign]

    # THEN it is published after that
    world.work(message)
    assert world.record().state is State.PUBLISHED


def test_a_rate_limit_is_a_delay_and_the_site_is_kept(world: World) -> None:
    message = world.accept(a_request())
    until = START + timedelta(minutes=40)
    world.github.create = _failing(Postponed("GitHub's rate limit", until))  # type: ignore[method-assign]
    world.work(message)

    ((_, delay),) = world.queue.sent
    assert delay == 900
    assert (world.record().state, world.record().lease) == (State.GENERATED, None)
    assert world.record().waiting.until == until  # type: ignore[union-attr]


def test_nobody_writes_while_the_host_wants_silence_and_who_waits_comes_back_once(
    world: World,
) -> None:
    # GIVEN a silence that one worker was told of
    first = world.accept(a_request())
    create = world.github.create
    until = START + timedelta(seconds=90)
    world.github.create = _failing(RateLimitedError("GitHub's rate limit", until))  # type: ignore[method-assign]
    world.work(first)
    world.github.create = create  # type: ignore[method-assign]

    # WHEN another deployment comes within it
    second = world.accept(a_request(task="another-task"))
    world.queue.sent.clear()
    world.work(second, owner="worker-2")

    # THEN it sends nothing, and is published when the silence is over
    assert world.github.repositories == {}
    ((copy, delay),) = world.queue.sent
    assert delay == 90
    world.clock.advance(delay)
    world.work(copy)
    assert list(world.github.repositories) == ["octocat/another-task"]


def test_a_deployment_above_the_budget_comes_back_when_it_is_its_turn(world: World) -> None:
    full, _ = WriteLedger().turn(Writer("d-other", "other", 80), START)
    world.ledgers.save("octocat", full)
    message = world.accept(a_request())
    world.work(message)
    ((copy, delay),) = world.queue.sent
    assert (delay, world.github.repositories) == (90, {})
    assert world.record().waiting.reason == "the host's write budget"  # type: ignore[union-attr]

    world.clock.advance(delay)
    world.work(copy)
    assert list(world.github.repositories) == [REPOSITORY]
    assert world.ledgers.load("octocat").waiting == ()


def test_a_revision_takes_nothing_of_the_budget(world: World) -> None:
    world.work(world.accept(a_request()))
    before = world.ledgers.load("octocat")
    full, _ = before.turn(Writer("d-other", "other", 78), world.clock())
    world.ledgers.save("octocat", full)
    world.work(world.accept(a_request(round=2, nonce="nonce-2")))
    assert len(world.commits()) == 2


def test_a_renamed_repository_is_revised_under_its_new_name(world: World) -> None:
    world.work(world.accept(a_request()))
    world.github.rename(REPOSITORY, "octocat/renamed")
    world.work(world.accept(a_request(round=2, nonce="nonce-2")))
    assert len(world.commits("octocat/renamed")) == 2
    publication = world.record(2).publication
    assert publication is not None
    assert publication.pages_url == "https://octocat.github.io/renamed/"


def test_a_deleted_repository_is_made_anew_from_the_stored_site_and_says_so(world: World) -> None:
    world.work(world.accept(a_request()))
    site = world.commits()[0].files
    world.github.repositories.clear()
    world.github.branches.clear()
    world.github.pages.clear()
    world.work(world.accept(a_request(round=2, nonce="nonce-2", brief="Add a table.")))

    (commit,) = world.commits()
    assert commit.parent is None
    assert b"Add a table." in commit.files["index.html"]
    assert set(site) <= set(commit.files)
    assert REPOSITORY in world.github.pages
    generation = world.record(2).generation
    assert generation is not None
    assert "made anew" in generation.notes[-1]
    assert len(world.generate.assignments) == 2


def test_re_sends_one_after_the_other_are_each_notified_at_once(world: World) -> None:
    world.work(world.accept(a_request()))
    for nonce in ("nonce-2", "nonce-3"):
        world.work(world.accept(a_request(nonce=nonce)), owner=f"worker-{nonce}")
        assert world.record().lease is None
        assert world.queue.sent == []
    told = [delivery.payload.nonce for delivery in world.workflow.started.values()]
    assert told == ["nonce-1", "nonce-2", "nonce-3"]
    assert len(world.commits()) == 1


def test_a_model_that_asks_for_time_is_asked_again_after_it(world: World) -> None:
    message = world.accept(a_request())
    world.generate.failures = [ModelUnavailableError("429", retry_after=33)]
    world.work(message)
    assert world.queue.sent == [(message, 33)]


def test_a_refusal_fails_at_once_with_its_reason(world: World) -> None:
    world.generate.failures = [ModelRefusedError("the model declined")]
    world.work(world.accept(a_request()))
    assert world.record().state is State.FAILED
    assert world.record().failure.reason == "the model declined"  # type: ignore[union-attr]


def test_an_outage_gives_the_record_back_and_the_last_receive_fails_it(world: World) -> None:
    message = world.accept(a_request())
    world.generate.failures = [ModelUnavailableError("503"), ModelUnavailableError("503")]
    with pytest.raises(ModelUnavailableError):
        world.work(message)
    assert (world.record().state, world.record().lease) == (State.GENERATING, None)

    with pytest.raises(ModelUnavailableError):
        world.work(message, receives=MAX_RECEIVES)
    assert world.record().state is State.FAILED
    assert world.record().failure.resumable  # type: ignore[union-attr]


def test_a_redriven_message_goes_on_after_the_fix(world: World) -> None:
    message = world.accept(a_request())
    world.generate.failures = [ModelUnavailableError("401")]
    with pytest.raises(ModelUnavailableError):
        world.work(message, receives=MAX_RECEIVES)
    world.work(message)
    assert world.record().state is State.PUBLISHED


def test_somebody_elses_repository_is_never_written_to(world: World) -> None:
    world.github.create("sum-of-sales", "my own work")
    world.work(world.accept(a_request()))
    assert world.commits("octocat/sum-of-sales") == []
    publication = world.record().publication
    assert publication is not None
    assert publication.repository.startswith("octocat/sum-of-sales-")
    assert len(world.commits(publication.repository)) == 1


def test_two_callers_of_one_task_get_a_repository_each(world: World) -> None:
    world.work(world.accept(a_request()))
    world.work(world.accept(a_request(email="other@example.com")))
    assert len(world.github.repositories) == 2
    assert all(len(commits) == 1 for commits in world.github.branches.values())


def test_a_repository_whose_creation_got_no_answer_is_found_again(world: World) -> None:
    message = world.accept(a_request())
    create = world.github.create

    def lost(name: str, description: str) -> None:
        create(name, description)
        raise HostUnavailableError("no answer")

    world.github.create = lost  # type: ignore[method-assign, assignment]
    with pytest.raises(HostUnavailableError):
        world.work(message)
    world.github.create = create  # type: ignore[method-assign]
    world.work(message)
    assert list(world.github.repositories) == [REPOSITORY]
    assert len(world.commits()) == 1


def test_our_changes_are_put_on_top_of_somebody_elses_commit(world: World) -> None:
    world.work(world.accept(a_request()))
    head = world.github.branches[REPOSITORY][-1][0]
    theirs = Commit(
        Site({**world.commits()[0].files.files, "theirs.txt": b"kept"}), head, "Edit", START
    )
    world.github.push(REPOSITORY, "main", theirs)

    world.work(world.accept(a_request(round=2, nonce="nonce-2", brief="Add a table.")))

    ours = world.commits()[-1]
    assert ours.parent == world.github.branches[REPOSITORY][1][0]
    assert ours.files["theirs.txt"] == b"kept"
    assert b"Add a table." in ours.files["index.html"]


def test_a_build_that_was_killed_after_its_push_is_built_upon_by_the_one_that_replaces_it(
    world: World,
) -> None:
    message = world.accept(a_request())
    world.github.enable_pages = _failing(KeyboardInterrupt())  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        world.work(message)
    del world.github.enable_pages  # type: ignore[method-assign]
    world.work(world.accept(a_request(nonce="nonce-2", brief="Another.")), owner="worker-2")

    _, second = world.commits()
    assert second.parent == world.github.branches[REPOSITORY][0][0]
    assert b"Another." in second.files["index.html"]
    assert REPOSITORY in world.github.pages
    assert world.record().state is State.PUBLISHED


def test_a_commit_that_somebody_has_built_upon_before_we_noted_it_is_not_made_again(
    world: World,
) -> None:
    message = world.accept(a_request())
    world.github.enable_pages = _failing(HostUnavailableError("502"))  # type: ignore[method-assign]
    with pytest.raises(HostUnavailableError):
        world.work(message)
    del world.github.enable_pages  # type: ignore[method-assign]
    ours = world.github.branches[REPOSITORY][-1][0]
    world.github.push(REPOSITORY, "main", Commit(Site({"index.html": b"edited"}), ours, "", START))
    world.work(message)
    assert len(world.commits()) == 2
    assert world.record().publication.commit_sha == ours  # type: ignore[union-attr]


def test_a_nonce_that_comes_while_we_publish_is_notified_too(world: World) -> None:
    message = world.accept(a_request())
    pages_url = world.github.pages_url

    def meanwhile(full_name: str) -> str:
        world.accept(a_request(nonce="nonce-2"))
        world.github.pages_url = pages_url  # type: ignore[method-assign]
        return pages_url(full_name)

    world.github.pages_url = meanwhile  # type: ignore[method-assign]
    world.work(message)
    assert {d.payload.nonce for d in world.workflow.started.values()} == {"nonce-1", "nonce-2"}


def test_other_content_takes_the_record_over_and_the_old_worker_stops(world: World) -> None:
    message = world.accept(a_request())
    copies: list[Message] = []

    def meanwhile(assignment: object, seconds_left: object) -> object:
        copies.append(world.accept(a_request(nonce="nonce-2", brief="Another.")))
        return ScriptedGenerator.__call__(world.generate, assignment, seconds_left)  # type: ignore[arg-type]

    worker = World(**{**world.__dict__, "generate": meanwhile})
    worker.work(message)
    assert "superseded" in world.telemetry.names
    assert world.github.repositories == {}

    world.work(copies[0], owner="worker-2")
    (commit,) = world.commits()
    assert b"Another." in commit.files["index.html"]
    assert {d.payload.nonce for d in world.workflow.started.values()} == {"nonce-1", "nonce-2"}


def test_the_record_says_what_the_site_took(world: World) -> None:
    world.work(world.accept(a_request()))
    assert world.record().generation == a_report()


def test_a_revision_knows_the_attachments_and_checks_of_the_rounds_before(world: World) -> None:
    world.work(world.accept(a_request()))
    world.work(world.accept(a_request(round=2, nonce="nonce-2", attachments=[], checks=[])))
    assert world.generate.assignments[1].earlier_attachments == ("data.csv",)
    assert world.generate.assignments[1].earlier_checks == a_request().checks


@pytest.mark.parametrize(
    ("scope", "paid"), [(CacheScope.ALL, 1), (CacheScope.TASK, 2), (CacheScope.OFF, 2)]
)
def test_alike_requests_of_two_callers_share_a_site_only_if_that_is_allowed(
    world: World, scope: CacheScope, paid: int
) -> None:
    world.cache_scope = scope
    world.work(world.accept(a_request()))
    world.work(world.accept(a_request(email="other@example.com")))
    assert len(world.generate.assignments) == paid
    assert len(world.github.repositories) == 2


def test_a_message_without_a_record_is_looked_at_again_and_dropped_in_the_end(
    world: World,
) -> None:
    message = Message("d-0", Key("nobody@example.com", "t", 1))
    with pytest.raises(NotRecordedError):
        world.work(message)
    world.work(message, receives=MAX_RECEIVES)
    assert world.telemetry.names == ["never_accepted"]


def test_a_message_that_comes_before_its_nonce_is_recorded_is_not_dropped(world: World) -> None:
    world.work(world.accept(a_request()))
    early = a_request(nonce="nonce-2")
    with pytest.raises(NotRecordedError):
        world.work(Message(early.deployment_id, early.key))
    world.work(world.accept(early), owner="worker-2")
    assert [d.payload.nonce for d in world.workflow.started.values()] == ["nonce-1", "nonce-2"]


def test_a_claim_whose_answer_is_lost_is_given_back(world: World) -> None:
    message = world.accept(a_request())
    save = world.store.save

    def lost(deployment: Deployment) -> Deployment:
        world.store.save = save  # type: ignore[method-assign]
        save(deployment)
        raise UnavailableError("DynamoDB: no answer")

    world.store.save = lost  # type: ignore[method-assign]
    with pytest.raises(UnavailableError):
        world.work(message)
    assert world.record().lease is None


def test_a_claim_that_was_repeated_by_the_sdk_is_given_back(world: World) -> None:
    message = world.accept(a_request())
    save = world.store.save

    def repeated(deployment: Deployment) -> Deployment:
        world.store.save = save  # type: ignore[method-assign]
        save(deployment)
        return save(deployment)

    world.store.save = repeated  # type: ignore[method-assign]
    world.work(message)
    assert world.record().lease is None
    assert world.queue.sent == [(message, 5)]


def test_a_lease_is_given_back_when_the_wait_cannot_be_queued(world: World) -> None:
    message = world.accept(a_request())
    world.generate.failures = [ModelUnavailableError("429", retry_after=33)]
    world.queue.broken = True
    with pytest.raises(QueueUnavailableError):
        world.work(message)
    assert world.record().lease is None


def test_a_run_without_time_leaves_publishing_to_the_next(world: World) -> None:
    message = world.accept(a_request())
    world.work(message, seconds_left=49)
    assert (world.record().state, world.queue.sent) == (State.GENERATED, [(message, 1)])
    world.work(message, owner="worker-2", seconds_left=50)
    assert world.record().state is State.PUBLISHED
    assert len(world.generate.assignments) == 1


def test_a_message_whose_runs_were_all_killed_ends_as_a_failure_with_a_reason(
    world: World,
) -> None:
    message = world.accept(a_request())
    with pytest.raises(ReceivedTooOftenError):
        world.work(message, receives=MAX_RECEIVES + 1)
    assert world.record().state is State.FAILED
    assert "killed" in world.record().failure.reason  # type: ignore[union-attr]
    assert world.generate.assignments == []


def test_a_message_that_was_given_up_goes_to_the_dead_letters_with_its_first_reason(
    world: World,
) -> None:
    message = world.accept(a_request())
    world.generate.failures = [ModelUnavailableError("401: check the key")]
    with pytest.raises(ModelUnavailableError):
        world.work(message, receives=MAX_RECEIVES)
    with pytest.raises(ReceivedTooOftenError):
        world.work(message, receives=MAX_RECEIVES + 1)
    assert "401" in world.record().failure.reason  # type: ignore[union-attr]


def _failing(error: BaseException):  # type: ignore[no-untyped-def]
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail
