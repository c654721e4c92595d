"""The functions ask the table for what their roles allow: for no less, or it fails, and no more."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from deployer.adapters.dynamodb.callers import DynamoDBCallerSecrets
from deployer.domain.errors import UnavailableError
from functions.notifier import app as notifier
from functions.pages_checker import app as pages_checker
from functions.status import app as status
from functions.validator import app as validator
from functions.worker import app as worker
from local.github.faults import FaultRule
from operate.callers import give
from tests.integration.conftest import System
from tests.integration.test_door import settings
from tests.support.aws import TABLE
from tests.support.iam import allows
from tests.support.sam_template import role_statements, transformed
from tests.template.rows import ALLOWED, ALLOWED_PER_EMAIL

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")
FUNCTIONS = {
    "ValidatorRole": validator,
    "WorkerRole": worker,
    "NotifierRole": notifier,
    "PagesCheckerRole": pages_checker,
    "StatusRole": status,
}
PAGES_BUILD = "/repos/*/pages/builds/latest"


@dataclass
class Roles:
    """The role that a request to DynamoDB is made in, and the requests of each."""

    callers_share_one_secret: bool = True
    role: str | None = None
    asked: defaultdict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def acting(self, role: str, handler: Callable[..., Any]) -> Callable[..., Any]:
        def handled(*arguments: Any) -> Any:
            self.role = role
            try:
                return handler(*arguments)
            finally:
                self.role = None

        return handled

    def check(self, operation: str, request: dict[str, Any]) -> None:
        """
        Raises:
            ClientError: the role does not allow the request; it is among `asked` all the same.
        """
        if self.role is None:
            return
        action, key = f"dynamodb:{operation}", partition_key(request)
        self.asked[self.role, key.split("#")[0]].add(action)
        conditions = {"CallersShareOneSecret": self.callers_share_one_secret}
        found = role_statements(transformed()["Resources"], conditions)
        if not allows([one for role, one in found if role == self.role], action, (key,)):
            denied = {"Error": {"Code": "AccessDeniedException", "Message": f"{action} {key}"}}
            raise ClientError(denied, operation)  # type: ignore[arg-type]


def partition_key(request: dict[str, Any]) -> str:
    """The key that DynamoDB gives IAM as `dynamodb:LeadingKeys`."""
    item = request.get("Key") or request.get("Item")
    if item is None:
        (name, value), *_ = re.findall(r"(#\w+) = (:\w+)", request["KeyConditionExpression"])
        assert request["ExpressionAttributeNames"][name] == "pk"
        item = {"pk": request["ExpressionAttributeValues"][value]}
    key: str = item["pk"]["S"]
    return key


@pytest.fixture
def roles(system: System, monkeypatch: pytest.MonkeyPatch) -> Roles:
    """Every request to DynamoDB is refused if the role of the function that makes it says so."""
    roles = Roles()
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def checked(client: Any, operation: str, request: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name == "dynamodb":
            roles.check(operation, request)
        return call(client, operation, request)

    monkeypatch.setattr(BaseClient, "_make_api_call", checked)
    for role, function in FUNCTIONS.items():
        monkeypatch.setattr(function, "handler", roles.acting(role, function.handler))
    return roles


def run_all(system: System, **changes: str) -> None:
    """Everything that a function asks the table for, at least once."""
    assert system.post(system.request("round1", **changes))[0] == 200
    system.work()
    (delivery,) = system.executions()
    assert system.look_at_pages(delivery) == "live"
    assert system.notify(delivery)["outcome"] == "delivered"
    email, task = delivery["notification"]["email"], delivery["notification"]["task"]
    assert system.status(email, task)[1]["round1"]["state"] == "NOTIFIED"
    # The same task of another caller: its repository's name is taken.
    assert system.post(system.request("round1", **changes, email="other@example.com"))[0] == 200
    system.work()
    # GitHub wants silence, which the pages checker notes in the ledger.
    system.github.double.faults.replace(FaultRule(PAGES_BUILD, 429, retry_after=60))
    assert system.look_at_pages(delivery) != "live"


def test_with_one_secret_the_roles_allow_what_is_asked_and_no_more(
    system: System, roles: Roles
) -> None:
    run_all(system)
    assert roles.asked == ALLOWED


def test_with_a_secret_for_each_e_mail_the_roles_allow_what_is_asked_and_no_more(
    system: System, roles: Roles, monkeypatch: pytest.MonkeyPatch
) -> None:
    roles.callers_share_one_secret = False
    settings(monkeypatch, CALLER_SECRETS="per-email")
    callers = DynamoDBCallerSecrets(TABLE)
    secret = give(callers, "student@example.com")
    give(callers, "other@example.com", secret)
    run_all(system, secret=secret)
    assert roles.asked == ALLOWED_PER_EMAIL


def test_a_notifier_that_was_taken_over_cannot_change_a_callers_secrets(
    roles: Roles,
) -> None:
    callers = DynamoDBCallerSecrets(TABLE)
    give(callers, "student@example.com")
    kept = callers.find("student@example.com")
    overwrite = roles.acting("NotifierRole", callers.save)
    with pytest.raises(UnavailableError, match="AccessDenied"):
        overwrite("student@example.com", ())
    assert callers.find("student@example.com") == kept
