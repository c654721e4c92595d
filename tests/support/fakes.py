"""In-memory versions of the ports. The contract tests hold them against the real adapters."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from deployer.domain.errors import (
    FetchRefusedError,
    HeadMovedError,
    QueueUnavailableError,
    RecordChangedError,
    RejectedError,
    RepositoryNotFoundError,
)
from deployer.domain.generation_report import StoredSite
from deployer.domain.notification import Answer, Delivery
from deployer.domain.ports import Binding, Commit, Fetched, Message, Repository
from deployer.domain.publication import PagesBuildType
from deployer.domain.quota import Window
from deployer.domain.request import DeploymentRequest
from deployer.domain.round import Round
from deployer.domain.round_key import RoundKey
from deployer.domain.secret import HashedSecret
from deployer.domain.site import Site
from deployer.domain.write_budget import WriteLedger
from deployer.generation.assignment import Assignment
from tests.support.builders import a_report


class InMemoryRounds:
    def __init__(self) -> None:
        self.records: dict[RoundKey, Round] = {}

    def find(self, key: RoundKey) -> Round | None:
        return self.records.get(key)

    def of_task(self, email: str, task: str) -> list[Round]:
        found = [r for r in self.records.values() if (r.email, r.task) == (email, task)]
        return sorted(found, key=lambda record: record.round)

    def save(self, record: Round) -> Round:
        self._check_version(record)
        saved = record.at_version(record.version + 1)
        self.records[saved.key] = saved
        return saved

    def _check_version(self, record: Round) -> None:
        stored = self.records.get(record.key)
        if (stored.version if stored else 0) != record.version:
            raise RecordChangedError("the record is not as it was read")


class InMemoryRepositoryNames:
    def __init__(self) -> None:
        self.bound: dict[str, tuple[str, str]] = {}
        self.suffixes: dict[tuple[str, str], str] = {}

    def bind(self, repository: str, email: str, task: str) -> Binding:
        name = repository.lower()
        if name not in self.bound:
            self.bound[name] = (email, task)
            return Binding.NEW
        return Binding.OURS if self.bound[name] == (email, task) else Binding.TAKEN

    def suffix(self, email: str, task: str) -> str:
        return self.suffixes.setdefault((email, task), f"{len(self.suffixes):08x}")


class InMemoryWriteLedgers:
    def __init__(self) -> None:
        self.ledgers: dict[str, WriteLedger] = {}

    def load(self, account: str) -> WriteLedger:
        return self.ledgers.get(account.lower(), WriteLedger())

    def save(self, account: str, ledger: WriteLedger) -> None:
        if self.load(account).version != ledger.version:
            raise RecordChangedError("the ledger is not as it was read")
        self.ledgers[account.lower()] = replace(ledger, version=ledger.version + 1)


class InMemoryCallerSecrets:
    def __init__(self) -> None:
        self.kept: dict[str, tuple[HashedSecret, ...]] = {}

    def find(self, email: str) -> tuple[HashedSecret, ...]:
        return self.kept.get(email.lower(), ())

    def save(self, email: str, secrets: tuple[HashedSecret, ...]) -> None:
        self.kept[email.lower()] = secrets


class InMemoryUsageCounter:
    def __init__(self) -> None:
        self.used: Counter[tuple[str, str, datetime]] = Counter()

    def count(self, email: str, window: Window, limit: int) -> bool:
        place = (email.lower(), window.name, window.starts_at)
        if self.used[place] >= limit:
            return False
        self.used[place] += 1
        return True


def without_quota(email: str, now: datetime) -> None:
    """Charges nothing."""


class InMemoryRequests:
    def __init__(self) -> None:
        self.stored: dict[str, DeploymentRequest] = {}

    def save(self, request: DeploymentRequest) -> None:
        self.stored[request.deployment_id] = request

    def load(self, deployment_id: str) -> DeploymentRequest:
        if deployment_id not in self.stored:
            raise RejectedError("the stored request has expired; send the round again")
        return self.stored[deployment_id]


class InMemoryAttachments:
    def __init__(self) -> None:
        self.stored: dict[str, dict[str, str]] = {}

    def save(self, build_id: str, data_uris: Mapping[str, str]) -> None:
        self.stored[build_id] = dict(data_uris)

    def load(self, build_id: str) -> dict[str, str] | None:
        return self.stored.get(build_id)


class ScriptedWeb:
    """A web of these files; an exception in place of one is raised. Keeps what it was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, Fetched | Exception] = {}
        self.asked: list[str] = []

    def __call__(self, url: str, max_bytes: int) -> Fetched:
        del max_bytes
        self.asked.append(url)
        found = self.files.get(url, FetchRefusedError("answered 404"))
        if isinstance(found, Exception):
            raise found
        return found


class InMemorySites:
    def __init__(self) -> None:
        self.stored: dict[str, StoredSite] = {}

    def save(self, ref: str, stored: StoredSite) -> None:
        self.stored[ref] = stored

    def load(self, ref: str) -> StoredSite | None:
        return self.stored.get(ref)


class InMemoryQueue:
    """Keeps what was sent; `broken` makes the next sends fail."""

    def __init__(self) -> None:
        self.sent: list[tuple[Message, int]] = []
        self.retried: list[tuple[str, int]] = []
        self.broken = False

    def send(self, message: Message, *, delay_seconds: int = 0) -> None:
        if self.broken:
            raise QueueUnavailableError("SQS: ServiceUnavailable")
        self.sent.append((message, delay_seconds))

    def retry_in(self, receipt_handle: str, seconds: int) -> None:
        self.retried.append((receipt_handle, seconds))


class RecordingWorkflow:
    """Keeps the first start of each name, as Step Functions does."""

    def __init__(self) -> None:
        self.started: dict[str, Delivery] = {}

    def start(self, delivery: Delivery) -> None:
        self.started.setdefault(delivery.deployment_id, delivery)


class ScriptedEndpoint:
    """Answers what it was told to, in turn; keeps what it got."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.received: list[tuple[str, bytes]] = []

    def send(self, address: str, content: bytes) -> Answer:
        self.received.append((address, content))
        return self.answers.pop(0) if self.answers else Answer(200, "HTTP 200")


@dataclass
class FakeGitHub:
    """A host and its git: repositories hold the commits of their one branch, oldest first."""

    owner: str = "octocat"
    repositories: dict[str, Repository] = field(default_factory=dict)
    branches: dict[str, list[tuple[str, Commit]]] = field(default_factory=dict)
    pages: dict[str, PagesBuildType] = field(default_factory=dict)

    def create(
        self, name: str, description: str, repository_id: int | None = None
    ) -> Repository | None:
        full_name = f"{self.owner}/{name}"
        if full_name in self.repositories:
            return None
        made = Repository(
            repository_id or 1000 + len(self.repositories),
            full_name,
            f"https://github.com/{full_name}",
            description,
        )
        self.repositories[full_name] = made
        self.branches[full_name] = []
        return made

    def find(self, full_name: str) -> Repository | None:
        return self.repositories.get(full_name)

    def find_by_id(self, repository_id: int) -> Repository | None:
        return next((r for r in self.repositories.values() if r.id == repository_id), None)

    def rename(self, full_name: str, new_name: str) -> None:
        renamed = replace(self.repositories.pop(full_name), full_name=new_name)
        self.repositories[new_name] = renamed
        self.branches[new_name] = self.branches.pop(full_name)

    def enable_pages(self, full_name: str, branch: str, build_type: PagesBuildType) -> None:
        del branch
        self.pages[full_name] = build_type

    def switch_pages(self, full_name: str, branch: str, build_type: PagesBuildType) -> None:
        if full_name not in self.repositories:
            raise RepositoryNotFoundError(f"{full_name} is not to be found")
        self.enable_pages(full_name, branch, build_type)

    def pages_url(self, full_name: str) -> str:
        owner, name = full_name.split("/")
        return f"https://{owner}.github.io/{name}/"

    def push(self, repository: str, branch: str, commit: Commit) -> str:
        del branch
        if repository not in self.branches:
            raise RepositoryNotFoundError(f"{repository} is not to be found")
        commits = self.branches[repository]
        head = commits[-1][0] if commits else None
        sha = _sha(commit)
        if head == sha:
            return sha
        if head != commit.parent:
            raise HeadMovedError(repository, head)
        commits.append((sha, commit))
        return sha

    def find_commit(self, repository: str, head: str, commit: Commit) -> str | None:
        shas = [sha for sha, _ in self.branches[repository]]
        ours = _sha(commit)
        return ours if ours in shas[: shas.index(head) + 1] else None

    def read(self, repository: str, commit_sha: str) -> Site:
        return next(c.files for sha, c in self.branches[repository] if sha == commit_sha)


def _sha(commit: Commit) -> str:
    return hashlib.sha1(repr(commit).encode(), usedforsecurity=False).hexdigest()


class ScriptedGenerator:
    """Answers a page that names its brief, or raises what it was told to; keeps what it got."""

    def __init__(self) -> None:
        self.assignments: list[Assignment] = []
        self.failures: list[Exception] = []
        self.answer: Callable[[Assignment], StoredSite] = self._page

    def __call__(self, assignment: Assignment, seconds_left: object) -> StoredSite:
        del seconds_left
        self.assignments.append(assignment)
        if self.failures:
            raise self.failures.pop(0)
        return self.answer(assignment)

    @staticmethod
    def _page(assignment: Assignment) -> StoredSite:
        site = (assignment.current or Site()).with_files(
            {"index.html": f"<title>{assignment.brief}</title>".encode()}
        )
        return StoredSite(site, a_report())


class RecordingTelemetry:
    def __init__(self) -> None:
        self.facts: list[tuple[str, dict[str, str | float | None]]] = []

    def fact(self, name: str, **details: str | float | None) -> None:
        self.facts.append((name, details))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.facts]


def linked(key: str) -> str:
    """The address of a stored picture."""
    return f"https://bucket.example/{key}"
