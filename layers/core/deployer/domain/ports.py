"""The ports: services outside, as ours need them. An adapter raises only what its port says.

The language model's port is in `language_model`, beside its types.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from deployer.domain.computed import Computing, Outputs
from deployer.domain.generation_report import StoredSite
from deployer.domain.notification import Answer, Delivery
from deployer.domain.publication import PagesBuildType, Publication
from deployer.domain.quota import Window
from deployer.domain.request import DeploymentRequest
from deployer.domain.round import Round
from deployer.domain.round_key import RoundKey
from deployer.domain.secret import HashedSecret
from deployer.domain.site import Site
from deployer.domain.visit import Report, Visit
from deployer.domain.write_budget import WriteLedger

Clock = Callable[[], datetime]
"""Answers the present time, in UTC."""


class Rounds(Protocol):
    """The store of records, one per round."""

    def find(self, key: RoundKey) -> Round | None: ...

    def of_task(self, email: str, task: str) -> list[Round]:
        """Every round of a task, in order."""

    def save(self, record: Round) -> Round:
        """Write the record if the stored version is still `record.version`.

        Returns:
            the record with its new version.

        Raises:
            RecordChangedError: another writer was first; nothing was written.
        """


class Binding(Enum):
    """The owner of a repository name at the moment when a task claims it."""

    NEW = "the task's from now on"
    OURS = "the task's since before: it may have a repository already"
    TAKEN = "another task's"


class RepositoryNames(Protocol):
    """The repository names that are taken, each by one task."""

    def bind(self, repository: str, email: str, task: str) -> Binding:
        """Claim `repository` (`owner/name`) for the task, for ever."""

    def suffix(self, email: str, task: str) -> str:
        """A suffix that nobody can compute: hex, by chance, and then always the same for the
        task."""


class WriteLedgers(Protocol):
    """The one ledger of writes of each account at the host, shared by all workers."""

    def load(self, account: str) -> WriteLedger:
        """The account's ledger; an empty one if nothing was booked yet."""

    def save(self, account: str, ledger: WriteLedger) -> None:
        """Write the ledger if the stored version is still `ledger.version`.

        Raises:
            RecordChangedError: another writer was first; nothing was written.
        """


class CallerSecrets(Protocol):
    """The secrets of callers who have one of their own. An e-mail's case does not matter."""

    def find(self, email: str) -> tuple[HashedSecret, ...]:
        """The caller's valid secrets, newest first; none for an unknown one. Takes any text."""

    def save(self, email: str, secrets: tuple[HashedSecret, ...]) -> None:
        """Make these the caller's only ones."""


class UsageCounter(Protocol):
    """Counts the requests of each caller in each window. An e-mail's case does not matter."""

    def count(self, email: str, window: Window, limit: int) -> bool:
        """Count one more request in one atomic step, unless `limit` are counted already.

        Returns:
            whether it was counted.
        """


class RequestStore(Protocol):
    """Accepted requests, too large for a message or a record."""

    def save(self, request: DeploymentRequest) -> None: ...

    def load(self, deployment_id: str) -> DeploymentRequest:
        """
        Raises:
            RejectedError: it was never stored, or has expired.
        """


@dataclass(frozen=True)
class Fetched:
    """A file that a URL led to."""

    media_type: str
    """As the server sent it, parameters and all; it may be anything."""
    content: bytes


class Fetch(Protocol):
    """The web's files, of public hosts alone."""

    def __call__(self, url: str, max_bytes: int) -> Fetched:
        """
        Raises:
            FetchRefusedError: it may not be fetched, is too large, or is not there.
            FetchUnavailableError: it did not come this time.
        """


class AttachmentStore(Protocol):
    """Attachments that were sent as URLs, as they were when a build first read them."""

    def save(self, build_id: str, data_uris: Mapping[str, str]) -> None: ...

    def load(self, build_id: str) -> dict[str, str] | None:
        """The data URI of each name, or None if nothing is stored for the build."""


class SiteStore(Protocol):
    """Generated sites: what was paid for once."""

    def save(self, ref: str, stored: StoredSite) -> None: ...

    def load(self, ref: str) -> StoredSite | None:
        """The site, or None if nothing is stored there."""


@dataclass(frozen=True)
class Message:
    """A message of the queue: no more than the worker needs to find the record."""

    deployment_id: str
    key: RoundKey


class Browser(Protocol):
    """The browser that opens a candidate before it is published, and runs scripts for it."""

    def visit(self, site: Site, wanted: Visit) -> Report:
        """Store the site as `wanted.candidate` and have it visited, within `wanted.seconds`.

        Raises nothing: a browser that is down or slow is the report's `problem`.
        """

    def compute(self, inputs: Site, wanted: Computing) -> Outputs:
        """Store the inputs as `wanted.candidate` and have the scripts run over them, within
        `wanted.seconds`.

        Raises nothing, as `visit`.
        """


class CandidateStore(Protocol):
    """Sites on their way to the browser, under `candidates/`."""

    def save(self, key: str, site: Site) -> None: ...

    def load(self, key: str) -> Site:
        """
        Raises:
            UnavailableError: it is not there, or the store is down.
        """


class DeploymentQueue(Protocol):
    def send(self, message: Message, *, delay_seconds: int = 0) -> None:
        """Queue the message; it is delivered once or more, not before the delay (at most 900 s).

        Raises:
            QueueUnavailableError: it may or may not have been queued.
        """

    def retry_in(self, receipt_handle: str, seconds: int) -> None:
        """Deliver a received message again after `seconds` instead of the visibility timeout."""


class PagesHost(Protocol):
    """The host of published sites. Raises HostUnavailableError, or Postponed when it asks us to
    wait."""

    def serves(self, publication: Publication) -> bool:
        """True if the host serves the site of the publication's commit."""


class Workflow(Protocol):
    """The state machine that delivers notifications."""

    def start(self, delivery: Delivery) -> None:
        """Start it once for `delivery.deployment_id`; starting again is harmless."""


class Sender(Protocol):
    """One channel's way to its targets."""

    def send(self, address: str, content: bytes) -> Answer:
        """Send `content` once. What went wrong is in the answer; nothing is raised."""


@dataclass(frozen=True)
class Repository:
    """A repository that exists at the host."""

    id: int
    full_name: str
    """`owner/name`."""
    html_url: str
    description: str


class RepositoryHost(Protocol):
    """The host's API: repositories and Pages. Every method may raise HostUnavailableError,
    RejectedError, or Postponed when the host asks us to wait."""

    @property
    def owner(self) -> str:
        """The account that the repositories belong to."""

    def create(self, name: str, description: str) -> Repository | None:
        """Create an empty public repository; None if the name is taken."""

    def find(self, full_name: str) -> Repository | None: ...

    def find_by_id(self, repository_id: int) -> Repository | None:
        """A name can be changed, and given to another repository; an id cannot."""

    def enable_pages(self, full_name: str, branch: str, build_type: PagesBuildType) -> None:
        """Serve the branch's root, or what its workflow publishes; already so is success."""

    def switch_pages(self, full_name: str, branch: str, build_type: PagesBuildType) -> None:
        """Serve the repository's Pages from another build; already so is success.

        Raises:
            RepositoryNotFoundError: no repository has that name now.
        """

    def pages_url(self, full_name: str) -> str: ...


@dataclass(frozen=True)
class Commit:
    """One commit, complete: the same values always give the same SHA."""

    files: Site
    parent: str | None
    message: str
    authored_at: datetime


class GitRemote(Protocol):
    """Repositories over git's own protocol. Every method may raise HostUnavailableError,
    RepositoryNotFoundError, or Postponed when the host asks us to wait."""

    def push(self, repository: str, branch: str, commit: Commit) -> str:
        """Put `commit` on the branch if the head is its parent; never forced.

        Pushing a commit that is the head already changes nothing.

        Returns:
            the commit's SHA.

        Raises:
            HeadMovedError: the head is another commit.
        """

    def find_commit(self, repository: str, head: str, commit: Commit) -> str | None:
        """The SHA of `commit` if it is in the history of the commit `head`."""

    def read(self, repository: str, commit_sha: str) -> Site:
        """The files of the commit `commit_sha`."""


class Telemetry(Protocol):
    """Facts about a deployment, for logs and metrics."""

    def fact(self, name: str, **details: str | float | None) -> None: ...
