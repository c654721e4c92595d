"""Reuse of a generated site: the rule by which it answers a further request."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from deployer.domain.publication import Publication
from deployer.domain.round import Round


class CacheScope(StrEnum):
    """The requests that may share a generated site."""

    TASK = "task"
    """The same round of the same task, sent again."""
    ALL = "all"
    """Any two requests that are alike, whoever sent them."""
    OFF = "off"
    """None: every accepted request is generated anew."""


@dataclass(frozen=True)
class SiteCache:
    """Names the place of a generated site after everything that it depends on."""

    scope: CacheScope
    model: str
    """`provider/model`, as configured."""
    prompt_digest: str
    allow_workflows: bool

    def ref(self, record: Round, base: Publication | None) -> str:
        """The place in the bucket for the round's site, stored or not; the same at every call."""
        inputs = [
            self.model,
            self.prompt_digest,
            self.allow_workflows,
            record.content_digest,
            base.site_ref if base else "",
        ]
        match self.scope:
            case CacheScope.TASK:
                inputs += [record.email, record.task, str(record.round)]
            case CacheScope.OFF:
                inputs += [record.build_id]
        return f"sites/{hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:40]}.json"
