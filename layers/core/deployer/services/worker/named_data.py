"""Data that a brief or a check names by URL: read once for a build, and never a reason to fail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from deployer.domain import data_uri
from deployer.domain.errors import FetchRefusedError, FetchUnavailableError, TooLargeError
from deployer.domain.ports import Fetch
from deployer.domain.request import (
    MAX_ATTACHMENT_BYTES,
    Attachment,
    DeploymentRequest,
    check_size_together,
    check_text,
)
from deployer.domain.site_path import check_attachment_name, clashing
from deployer.generation.assignment import Assignment, NamedData
from deployer.generation.reading.named_data import data_urls, file_name, wants_a_copy
from deployer.services.worker.ports import BuildPorts

MAX_SECONDS = 20
"""No further file is begun after so long."""


def with_named_data(
    assignment: Assignment, request: DeploymentRequest, build_id: str, ports: BuildPorts
) -> Assignment:
    """The assignment with what its URLs of data lead to; as attachments, if it wants a copy."""
    urls = data_urls((request.brief, *map(check_text, request.checks)))
    if not urls:
        return assignment
    found = _read(urls, f"{build_id}-data", ports)
    if wants_a_copy(request.brief):
        for index, one in enumerate(found):
            if one.file is not None and _has_room(one.file, assignment):
                attachments = (*assignment.attachments, one.file)
                assignment = replace(assignment, attachments=attachments)
                found[index] = replace(one, is_attached=True)
    return replace(assignment, named_data=tuple(found))


def notes_of(assignment: Assignment) -> tuple[str, ...]:
    """Notes for the report about data that could not be read; the status is public, so without
    the query."""
    return tuple(
        f"{one.url.partition('?')[0]} {one.problem}, so the model did not see what it holds"
        for one in assignment.named_data
        if one.file is None
    )


def _read(urls: Iterable[str], place: str, ports: BuildPorts) -> list[NamedData]:
    """The files at the URLs, from what is stored for the build, else from the web."""
    stored = ports.attachments.load(place) or {}
    begin, found = ports.clock(), list[NamedData]()
    for url in urls:
        late = (ports.clock() - begin).total_seconds() > MAX_SECONDS
        found.append(_of(url, stored.get(url), ports.fetch, late=late))
    read = {one.url: one.file.url for one in found if one.file is not None}
    if read != stored:
        ports.attachments.save(place, read)
    return found


def _of(url: str, stored: str | None, fetch: Fetch, *, late: bool) -> NamedData:
    if stored is None and late:
        return NamedData(url, problem=f"was not asked: others took more than {MAX_SECONDS} s")
    try:
        if stored is None:
            file = fetch(url, MAX_ATTACHMENT_BYTES)
            if file.media_type.lower().startswith("text/html"):
                # Such as the view of a file at github.com, or a page to sign in.
                return NamedData(url, problem="gave a web page in place of the file")
            stored = data_uri.encode(file.media_type, file.content)
    except (FetchRefusedError, FetchUnavailableError) as exc:
        return NamedData(url, problem=str(exc))
    return NamedData(url, Attachment(name=_name(url), url=stored))


def _name(url: str) -> str:
    name = file_name(url)
    try:
        return check_attachment_name(name)
    except ValueError:
        return f"data.{name.rpartition('.')[2].lower()}"


def _has_room(file: Attachment, assignment: Assignment) -> bool:
    """True if the site can have the file beside what else it gets."""
    names = [one.name for one in assignment.attachments]
    if clashing([file.name], beside=names):
        return False
    try:
        check_size_together((*assignment.attachments, file))
    except TooLargeError:
        return False
    return True
