"""Workflows of a site, as far as they decide how Pages serves it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import yaml

from deployer.domain.publication import PagesBuildType

WORKFLOW = re.compile(r"\.github/workflows/[\w-]+\.ya?ml")
_PUBLISHES = re.compile(r"actions/deploy-pages@v[\d.]+")


def publishes_pages(text: str) -> bool:
    """True if the workflow uses `actions/deploy-pages`. Its events are read, not its mappings: an
    owner of a repository may write aliases that are large when they are followed."""
    try:
        return any(
            isinstance(event, yaml.ScalarEvent) and _PUBLISHES.fullmatch(event.value)
            for event in yaml.parse(text, Loader=yaml.BaseLoader)
        )
    except yaml.YAMLError:
        return False


def pages_build_type(site: Mapping[str, bytes]) -> PagesBuildType:
    """The build that a site needs: its own workflow's if one of them publishes Pages."""
    workflows = (
        content.decode("utf-8", "replace")
        for path, content in site.items()
        if WORKFLOW.fullmatch(path)
    )
    return (
        PagesBuildType.WORKFLOW if any(map(publishes_pages, workflows)) else PagesBuildType.BRANCH
    )
