"""When a site that was generated before answers a request again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from deployer.domain.deployment import Deployment
from deployer.domain.publication import Publication


class CacheScope(StrEnum):
    """Which requests may share a generated site."""

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

    def ref(self, deployment: Deployment, base: Publication | None) -> str:
        """Where the deployment's site is, or will be, stored; always the same for a deployment."""
        inputs = [
            self.model,
            self.prompt_digest,
            self.allow_workflows,
            deployment.content_digest,
            base.site_ref if base else "",
        ]
        match self.scope:
            case CacheScope.TASK:
                inputs += [deployment.email, deployment.task, str(deployment.round)]
            case CacheScope.OFF:
                inputs += [deployment.build_id]
        return f"sites/{hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:40]}.json"
