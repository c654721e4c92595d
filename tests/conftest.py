"""Dummy AWS settings, events from files and a Lambda context, for every test."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

# A stalled machine is no failure, and a red run can be had again.
settings.register_profile("here", deadline=None, derandomize=True)
settings.load_profile("here")
E2E = "tests/e2e/"
EVENTS = Path(__file__).parent.parent / "events"

os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
    POWERTOOLS_SERVICE_NAME="llm-code-deployer",
    POWERTOOLS_METRICS_NAMESPACE="LLMCodeDeployer",
    POWERTOOLS_TRACE_DISABLED="true",
)


class OneLocalCloud(LoadScopeScheduling):
    """A test runs in whichever process is free; those of the local cloud, which share the one that
    is up, run in one process."""

    def _split_scope(self, nodeid: str) -> str:
        return E2E if nodeid.startswith(E2E) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneLocalCloud:
    return OneLocalCloud(config, log)


@dataclass
class LambdaContext:
    """The fields of Lambda's context that our handlers read."""

    function_name: str = "function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:function"
    aws_request_id: str = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    remaining_seconds: float = 300

    def get_remaining_time_in_millis(self) -> int:
        return int(self.remaining_seconds * 1000)


@pytest.fixture
def lambda_context() -> LambdaContext:
    return LambdaContext()


def load_event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event
