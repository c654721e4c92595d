"""A caller's request for one round of a task."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)

from deployer.domain import data_uri
from deployer.domain.errors import TooLargeError
from deployer.domain.evaluation_url import EvaluationRules, EvaluationUrl
from deployer.domain.hidden_text import check_not_blank, check_shown
from deployer.domain.request_error import AttachmentTooLargeError, invalid_fields, request_error
from deployer.domain.round_key import RoundKey
from deployer.domain.site_path import check_attachment_name, clashes

MAX_BODY_BYTES = 5 * 1024 * 1024
"""A Lambda is invoked with at most 6 MB, the API's envelope included."""
MAX_ATTACHMENT_BYTES = 3 * 1024 * 1024
MAX_ATTACHMENTS_BYTES = 4 * 1024 * 1024
"""Of all together, decoded: a commit is made in memory."""
MAX_ATTACHMENTS = 20
MAX_CHECKS = 100
MAX_NAME_LENGTH = 255
"""Of an attachment: no path of a site is longer, and a longer one is not worth a look."""
_REASONS = {
    "email": "must be an e-mail address of at most 254 characters, all of which show",
    "task": "must be 1 to 100 letters, digits, dots, dashes or underscores, no mark first",
    "checks": f"must be an array of at most {MAX_CHECKS} checks",
    "checks[]": "must be a string or an object with a string js, of 1 to 10,000 characters",
}
"""Reasons for the fields whose validators' own words would puzzle a caller."""


def _check_attachment_url(url: str) -> str:
    """Check a data URI and its size, or the form of an https URL, which the worker will fetch."""
    if _is_remote(url):
        EvaluationRules().check(url)
        return url
    _, content = data_uri.decode(url)
    if len(content) > MAX_ATTACHMENT_BYTES:
        raise AttachmentTooLargeError(
            f"holds {len(content)} bytes; the limit is {MAX_ATTACHMENT_BYTES}"
        )
    return url


def _is_remote(url: str) -> bool:
    return url[:8].lower() == "https://"


def _check_evaluation_url(url: str, info: ValidationInfo) -> str:
    """Check the URL's form always, its destination only with the door's rules in the context."""
    if isinstance(info.context, EvaluationRules):
        info.context.check(url)
    else:
        EvaluationUrl.parse(url)
    return url


def _list_of_at_most(limit: int) -> BeforeValidator:
    """A list's validator: null is an empty list, and a long one is refused before its items are
    looked at: pydantic would keep an error for each of a million bad ones, and count afterwards."""

    def count(value: Any) -> Any:
        if isinstance(value, list) and len(value) > limit:
            raise ValueError(f"must hold at most {limit} items, not {len(value)}")
        return [] if value is None else value

    return BeforeValidator(count)


def _check_name(name: str) -> str:
    if len(name) > MAX_NAME_LENGTH:
        raise ValueError(f"must have at most {MAX_NAME_LENGTH} characters")
    return check_attachment_name(name)


def _whole(value: Any) -> Any:
    """Take 1.0 for 1: JSON has no integers (RFC 8259, 6)."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class Attachment(BaseModel):
    """A file that comes with the brief and is committed byte for byte under its name."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    name: Annotated[str, AfterValidator(_check_name)]
    url: Annotated[str, AfterValidator(_check_attachment_url)] = Field(repr=False)

    @property
    def is_remote(self) -> bool:
        """True if it was sent as an https URL: it has no content before it has been fetched."""
        return _is_remote(self.url)

    def fetched(self, data: str) -> Attachment:
        """The attachment with a data URI in place of the URL that led to it."""
        return self.model_copy(update={"url": data})

    @property
    def media_type(self) -> str:
        return data_uri.decode(self.url)[0]

    @property
    def content(self) -> bytes:
        return data_uri.decode(self.url)[1]


CheckText = Annotated[
    str, StringConstraints(min_length=1, max_length=10_000), AfterValidator(check_not_blank)
]


class JavaScriptCheck(BaseModel):
    """A check in the form of an expression that must be true in the page."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    js: CheckText


Check = CheckText | JavaScriptCheck


def check_text(check: Check) -> str:
    """The check in one line for a model or a person."""
    return f"js: {check.js}" if isinstance(check, JavaScriptCheck) else check


Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
# Every control character by its number: the dialects of regular expressions differ about \s.
_EMAIL_PART = r"[^@\s/\x00-\x1f\x7f-\x9f\ufeff]+"
Email = Annotated[
    str,
    StringConstraints(pattern=f"^{_EMAIL_PART}@{_EMAIL_PART}$", max_length=254),
    AfterValidator(check_shown),
]
_TASK = TypeAdapter(tuple[Email, Slug])


class DeploymentRequest(BaseModel):
    """One request, without its secret: the secret is compared at the door and goes no further.

    Unknown fields are ignored.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    CONTENT: ClassVar = frozenset({"brief", "checks", "attachments"})
    """The fields that the site is made from: another value of one is another site."""
    WHOLE: ClassVar = CONTENT | {"email", "task", "round", "nonce", "evaluation_url"}
    """The fields that may not change under one nonce."""

    email: Email
    task: Slug
    round: Annotated[int, Field(strict=True, ge=1, le=1000), BeforeValidator(_whole)]
    nonce: Annotated[
        str, StringConstraints(min_length=1, max_length=256), AfterValidator(check_shown)
    ]
    brief: Annotated[
        str, StringConstraints(min_length=1, max_length=100_000), AfterValidator(check_not_blank)
    ]
    checks: Annotated[
        tuple[Check, ...], Field(max_length=MAX_CHECKS), _list_of_at_most(MAX_CHECKS)
    ] = ()
    evaluation_url: Annotated[str, AfterValidator(_check_evaluation_url)]
    attachments: Annotated[
        tuple[Attachment, ...],
        Field(max_length=MAX_ATTACHMENTS),
        _list_of_at_most(MAX_ATTACHMENTS),
    ] = ()

    @property
    def key(self) -> RoundKey:
        return RoundKey(self.email, self.task, self.round)

    @property
    def deployment_id(self) -> str:
        """The id, the same for every POST of the same (email, task, round, nonce)."""
        return "d-" + _digest([self.email, self.task, self.round, self.nonce])[:32]

    @property
    def content_digest(self) -> str:
        """The digest of the fields that the site depends on: `CONTENT`."""
        return self._digest_of(self.CONTENT)

    @property
    def request_digest(self) -> str:
        """The digest of the whole request; a known nonce with another digest is a contradiction."""
        return self._digest_of(self.WHOLE)

    def _digest_of(self, fields: frozenset[str]) -> str:
        """Digest `fields`, without optional ones that the request does not use: records keep
        digests, and a new field must not change them. `checks` and `attachments` were there from
        the start and count even when empty.
        """
        used = self.model_dump(include=set(fields), exclude_defaults=True, mode="json")
        return _digest({"checks": [], "attachments": [], **used})


def _digest(value: Any) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def names_a_task(email: str, task: str) -> bool:
    """True if a request can have had these two; a pair that no request had is in no record."""
    try:
        _TASK.validate_python((email, task))
    except ValidationError:
        return False
    return True


def parse_request(
    body: dict[str, Any], evaluation_rules: EvaluationRules | None = None
) -> DeploymentRequest:
    """Validate the fields of a request's JSON object; its evaluation URL by the rules, if given.

    Raises:
        InvalidRequestError: names every bad field with a reason.
        TooLargeError: an attachment is above its limit.
    """
    try:
        request = DeploymentRequest.model_validate(body, context=evaluation_rules)
    except ValidationError as exc:
        raise request_error(exc, _REASONS) from exc
    _check_together(request.attachments)
    return request


def _check_together(attachments: tuple[Attachment, ...]) -> None:
    clashing = clashes(attachment.name for attachment in attachments)
    if clashing:
        reason = "holds {} more than once, or as a file and a folder"
        raise invalid_fields(
            "two attachments are one file",
            [("attachments", reason.format(name)) for name in clashing],
        )
    check_size_together(one for one in attachments if not one.is_remote)


def check_size_together(attachments: Iterable[Attachment]) -> None:
    """
    Raises:
        TooLargeError: they hold more bytes than `MAX_ATTACHMENTS_BYTES`.
    """
    total = sum(len(attachment.content) for attachment in attachments)
    if total > MAX_ATTACHMENTS_BYTES:
        raise TooLargeError(
            f"attachments hold {total} bytes together; the limit is {MAX_ATTACHMENTS_BYTES}"
        )
