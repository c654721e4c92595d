"""Paths that a model may write to. Any other is left out before it reaches a site."""

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
from deployer.generation.judging.files_asked import attachment_names, correctable, unwanted_files
from deployer.generation.reading.workflows import WORKFLOW

_TEXT_FILES = re.compile(
    r"\.(html?|css|m?js|ts|json|geojson|webmanifest|csv|tsv|txt|md|svg|xml|ics|vcf|ya?ml|toml|py|ipynb"
    r"|sql|r|tex|bib|rst|glsl|vtt|srt)$",
    re.IGNORECASE,
)
_NAMED_HIDDEN = re.compile(
    r"^\.(editorconfig|flake8|nvmrc|python-version|prettierrc|stylelintrc|eslintrc"
    r"|pre-commit-config|well-known/[\w-]+)(\.(json|ya?ml|txt))?$"
)
"""Hidden files that only tools on a person's machine read, and what is found by a fixed address."""
_OWN = frozenset(map(same_file, OWN_PATHS))


def refuse_path(path: str, assignment: Assignment, site: Site) -> str | None:
    """The reason why the model may not write to `path`; None if it may."""
    try:
        check_portable_path(path)
    except InvalidPathError as exc:
        return str(exc)
    if not _OWN.isdisjoint(tops(path)):
        return "is written by the deployer"
    if same_file(PAGES_DOMAIN) in tops(path):
        return "would give Pages another domain"
    if path in unwanted_files(assignment.brief):
        return "is a file that the brief says not to commit"
    if path in attachment_names(assignment):
        return None if path in correctable(assignment) else "is an attachment, which stays as it is"
    if any(segment.startswith(".") for segment in path.split("/")):
        return _refuse_hidden(path, assignment)
    if path not in site and _clashes(path, assignment, site):
        return "is another file's or folder's in other letters, or has a file for a folder"
    if not _TEXT_FILES.search(path) and not _names(assignment.brief, path):
        return "has a type that sites do not need"
    return None


def _clashes(path: str, assignment: Assignment, site: Site) -> bool:
    """True if a file system, or git, has no room for `path` beside the site's other files."""
    others = {*site, *attachment_names(assignment), *EVERY_SITES_PATHS} - {path}
    return bool(clashing([path], beside=others))


def _refuse_hidden(path: str, assignment: Assignment) -> str | None:
    named = _names(assignment.brief, path)
    if not WORKFLOW.fullmatch(path):
        return None if named and _NAMED_HIDDEN.match(path) else "is a hidden file"
    if not named:
        return "is a workflow whose path the brief does not name"
    if not assignment.allow_workflows:
        return "is a workflow, and workflows are not allowed here (ALLOW_WORKFLOWS is false)"
    return None


def _names(brief: str, path: str) -> bool:
    """True if the brief names the path itself, not `other/path`, `path.bak` or `path-2`."""
    before, after = r"(?<![\w./\\~-])(?:\.?/)?", r"(?![\w/\\~-]|\.\w)"
    return re.search(before + re.escape(path) + after, brief) is not None
