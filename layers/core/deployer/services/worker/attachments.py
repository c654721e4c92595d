"""Attachments that were sent as URLs: fetched once for a build, before the model is asked."""

from __future__ import annotations

from collections.abc import Iterable

from deployer.domain import data_uri
from deployer.domain.errors import (
    FetchRefusedError,
    FetchUnavailableError,
    RejectedError,
    TooLargeError,
)
from deployer.domain.request import (
    MAX_ATTACHMENT_BYTES,
    Attachment,
    DeploymentRequest,
    check_size_together,
)
from deployer.services.worker.ports import BuildPorts

CURE = "mend the URL, or send the file as a data URI"
MAX_SECONDS = 60
"""For all of them: the model needs the rest of the run."""


def with_content(
    request: DeploymentRequest, build_id: str, ports: BuildPorts
) -> tuple[Attachment, ...]:
    """The request's attachments, each with its content.

    Raises:
        RejectedError: one may not be fetched or is not there, or they are too large.
        FetchUnavailableError: one did not come this time.
    """
    remote = [one for one in request.attachments if one.is_remote]
    if not remote:
        return request.attachments
    found = ports.attachments.load(build_id)
    if found is None:
        found = _fetched(remote, ports)
        ports.attachments.save(build_id, found)
    whole = tuple(
        one.fetched(found[one.name]) if one.is_remote else one for one in request.attachments
    )
    try:
        check_size_together(whole)
    except TooLargeError as exc:
        raise RejectedError(str(exc)) from exc
    return whole


def _fetched(remote: Iterable[Attachment], ports: BuildPorts) -> dict[str, str]:
    """The data URI of each."""
    begin, found = ports.clock(), dict[str, str]()
    for one in remote:
        if (ports.clock() - begin).total_seconds() > MAX_SECONDS:
            raise FetchUnavailableError(f"the attachments took more than {MAX_SECONDS} s; {CURE}")
        try:
            file = ports.fetch(one.url, MAX_ATTACHMENT_BYTES)
        except FetchRefusedError as exc:
            raise FetchRefusedError(_reason(one, exc)) from exc
        except FetchUnavailableError as exc:
            raise FetchUnavailableError(_reason(one, exc)) from exc
        found[one.name] = data_uri.encode(file.media_type, file.content)
    return found


def _reason(one: Attachment, exc: Exception) -> str:
    # Without the URL, which may hold a token: the status is public.
    return f"the URL of attachment {one.name!r} {exc}; {CURE}"
