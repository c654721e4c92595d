"""Which files a model may write. Anything else is left out before it reaches a site."""

from __future__ import annotations

import re

from deployer.domain.site import Site
from deployer.domain.site_path import (
    EVERY_SITES_PATHS,
    OWN_PATHS,
    PAGES_DOMAIN,
    InvalidPathError,
    check_portable_path,
    clashing,
    same_file,
    tops,
)
from deployer.generation.assignment import Assignment

_TEXT_FILES = re.compile(
    r"\.(html?|css|m?js|ts|json|geojson|webmanifest|csv|tsv|txt|md|svg|xml|ics|vcf|ya?ml|toml|py|ipynb"
    r"|sql|r|tex|bib|rst|glsl|vtt|srt)$",
    re.IGNORECASE,
)
_WORKFLOW = re.compile(r"^\.github/workflows/[\w-]+\.ya?ml$")
_OWN = frozenset(map(same_file, OWN_PATHS))


def refuse_path(path: str, assignment: Assignment, site: Site) -> str | None:
    """Why the model may not write to `path`; None if it may."""
    try:
        check_portable_path(path)
    except InvalidPathError as exc:
        return str(exc)
    if not _OWN.isdisjoint(tops(path)):
        return "is written by the deployer"
    if same_file(PAGES_DOMAIN) in tops(path):
        return "would give Pages another domain"
    if path in {attachment.name for attachment in assignment.attachments}:
        return "is an attachment, which stays as it is"
    if path in assignment.earlier_attachments:
        return "is an attachment of an earlier round, which stays as it is"
    if any(segment.startswith(".") for segment in path.split("/")):
        return None if _may_be_workflow(path, assignment) else "is a hidden file"
    if path not in site and _clashes(path, assignment, site):
        return "is another file's or folder's in other letters, or has a file for a folder"
    if not _TEXT_FILES.search(path) and not _names(assignment.brief, path):
        return "has a type that sites do not need"
    return None


def _clashes(path: str, assignment: Assignment, site: Site) -> bool:
    """Whether a file system, or git, has no room for `path` beside the site's other files."""
    attached = {attachment.name for attachment in assignment.attachments}
    others = {*site, *attached, *assignment.earlier_attachments, *EVERY_SITES_PATHS} - {path}
    return bool(clashing([path], beside=others))


def _may_be_workflow(path: str, assignment: Assignment) -> bool:
    return (
        assignment.allow_workflows
        and bool(_WORKFLOW.match(path))
        and _names(assignment.brief, path)
    )


def _names(brief: str, path: str) -> bool:
    """Whether the brief names the path itself, not `other/path`, `path.bak` or `path-2`."""
    before, after = r"(?<![\w./\\~-])(?:\.?/)?", r"(?![\w/\\~-]|\.\w)"
    return re.search(before + re.escape(path) + after, brief) is not None
