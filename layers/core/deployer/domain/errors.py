"""Everything that can go wrong, by cause.

DeployerError
├── RequestError                  the caller's doing; answered with a 4xx
│   ├── InvalidRequestError       400, names every bad field
│   ├── ForbiddenError            403
│   ├── ConflictError             409
│   ├── TooLargeError             413
│   └── QuotaExceededError        429
├── RejectedError                 this deployment cannot be done; trying again would not help
│   ├── ModelRefusedError
│   └── RepositoryConflictError
├── UnavailableError              something outside is down; trying again may help
│   ├── QueueUnavailableError
│   ├── ModelUnavailableError
│   │   ├── ModelRateLimitedError
│   │   └── ModelMisconfiguredError
│   └── HostUnavailableError
├── RepositoryNotFoundError       nothing is served under that name: not yet, or no longer
├── RepositoryGoneError           the repository of an earlier round was deleted
├── HeadMovedError                the branch is not where our commit expects it
├── Postponed                     not now: the deployment is queued again until a known time
│   └── RateLimitedError          the host wants silence from every worker until then
├── RecordChangedError            a conditional write lost against another writer
├── NotRecordedError              a message came before its record
└── ReceivedTooOftenError         a message's runs were killed too often
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class DeployerError(Exception):
    """The root of our own errors."""


@dataclass(frozen=True)
class FieldError:
    """One bad field of a request: its path (`attachments[0].url`) and why."""

    field: str
    reason: str


class RequestError(DeployerError):
    """The caller's request cannot be accepted as it is."""


class InvalidRequestError(RequestError):
    """Malformed JSON or fields."""

    def __init__(self, message: str, fields: tuple[FieldError, ...] = ()) -> None:
        super().__init__(message)
        self.fields = fields


class ForbiddenError(RequestError):
    """The secret is wrong."""


class ConflictError(RequestError):
    """The request contradicts what was accepted before."""


class TooLargeError(RequestError):
    """The body or an attachment is above its limit; the message says which limit."""


class QuotaExceededError(RequestError):
    """The caller's quota is used up; `retry_after` says for how many more seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RejectedError(DeployerError):
    """This deployment cannot be done, however often it is tried."""


class ModelRefusedError(RejectedError):
    """The model declined, or never gave a usable answer within its budget."""


class RepositoryConflictError(RejectedError):
    """Somebody else's repository or commit stands where ours should be."""


class UnavailableError(DeployerError):
    """Something outside did not answer as it should; the same call may work later."""


class QueueUnavailableError(UnavailableError):
    """The deployment could not be queued."""


class ModelUnavailableError(UnavailableError):
    """The model's service failed, timed out or refused our key.

    `retry_after` is in seconds, where the service said so.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ModelRateLimitedError(ModelUnavailableError):
    """Too many requests or tokens for now; waiting helps."""


class ModelMisconfiguredError(ModelUnavailableError):
    """It refused our key, our model's name or the request itself; waiting does not help."""


class FetchUnavailableError(UnavailableError):
    """A file that a caller names by URL did not come. The message follows on the URL's name."""


class FetchRefusedError(RejectedError):
    """A file that a caller names by URL may not be fetched, is too large, or is not there. The
    message follows on the URL's name."""


class HostUnavailableError(UnavailableError):
    """GitHub failed, timed out or refused our token."""


class RepositoryNotFoundError(DeployerError):
    """Nothing is served under the repository's name: it is too new, was renamed, or is gone."""


class RepositoryGoneError(DeployerError):
    """The repository of an earlier round was deleted."""


class HeadMovedError(DeployerError):
    """The head of `repository`'s branch is `head`: neither our commit nor its parent."""

    def __init__(self, repository: str, head: str | None) -> None:
        super().__init__(f"the branch of {repository} is at {head}")
        self.repository = repository
        self.head = head


class Postponed(DeployerError):  # noqa: N818 - a change of plan, not a failure
    """The deployment must wait until `until` and is queued again; no receive is spent."""

    def __init__(self, reason: str, until: datetime) -> None:
        super().__init__(reason)
        self.reason = reason
        self.until = until


class RateLimitedError(Postponed):
    """The host wants silence from every worker, until `until` at least.

    `told`: whether it said so; if not, the silence grows with each repetition.
    """

    def __init__(self, reason: str, until: datetime, *, told: bool = True) -> None:
        super().__init__(reason, until)
        self.told = told


class RecordChangedError(DeployerError):
    """The record is not as it was read: another writer was first."""


class NotRecordedError(DeployerError):
    """The record does not know the message yet, or never will: its request was not answered."""


class ReceivedTooOftenError(DeployerError):
    """The runs for a message were killed so often that it is given up."""
