"""Which files a model may write. Anything else is left out before it reaches a site."""

from __future__ import annotations

import re

from deployer.domain.site import Site
from deployer.domain.site_path import InvalidPathError, check_path, clashing, same_file
from deployer.generation.own_files import OWN_PATHS
from deployer.generation.types import Assignment

_TEXT_FILES = re.compile(
    r"\.(html?|css|m?js|ts|json|geojson|webmanifest|csv|tsv|txt|md|svg|xml|ics|vcf|ya?ml|toml|py|ipynb"
    r"|sql|r|tex|bib|rst|glsl|vtt|srt)$",
    re.IGNORECASE,
)
_WORKFLOW = re.compile(r"^\.github/workflows/[\w-]+\.ya?ml$")


def refuse_path(path: str, assignment: Assignment, site: Site) -> str | None:
    """Why the model may not write to `path`; None if it may."""
    try:
        check_path(path)
    except InvalidPathError as exc:
        return str(exc)
    if path in OWN_PATHS or path.lower() == "license":
        return "is written by the deployer"
    if same_file(path.split("/")[0]) == "cname":
        return "would give Pages another domain"
    if path in {attachment.name for attachment in assignment.attachments}:
        return "is an attachment, which stays as it is"
    if path in assignment.earlier_attachments:
        return "is an attachment of an earlier round, which stays as it is"
    if any(segment.startswith(".") for segment in path.split("/")):
        return None if _may_be_workflow(path, assignment) else "is a hidden file"
    if path not in site and _clashes(path, assignment, site):
        return "is another file's or folder's in other letters, or has a file for a folder"
    named = path in assignment.brief
    if not named and not _TEXT_FILES.search(path):
        return "has a type that sites do not need"
    return None


def _clashes(path: str, assignment: Assignment, site: Site) -> bool:
    """Whether a file system, or git, has no room for `path` beside the site's other files."""
    attached = {attachment.name for attachment in assignment.attachments}
    always = {"index.html", "README.md", *OWN_PATHS}
    others = {*site, *attached, *assignment.earlier_attachments, *always} - {path}
    return bool(clashing([path], beside=others))


def _may_be_workflow(path: str, assignment: Assignment) -> bool:
    return assignment.allow_workflows and bool(_WORKFLOW.match(path)) and path in assignment.brief
