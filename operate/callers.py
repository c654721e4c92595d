"""`make caller`: one caller's own secret, made here, kept as a hash in the stack's table."""

from __future__ import annotations

import json
import re
import secrets
from typing import TYPE_CHECKING

from deployer.adapters.dynamodb.callers import DynamoDBCallerSecrets
from deployer.domain.errors import UnavailableError
from deployer.domain.secret import HashedSecret
from operate import deploy, emulator
from operate.errors import CommandError

if TYPE_CHECKING:
    from operate.places import Home

KEPT = 2
"""The new one and the one before it, so that a caller can change over."""


def give(callers: DynamoDBCallerSecrets, email: str, secret: str | None = None) -> str:
    """Make a secret for `email` (or take `secret`) and return it; it cannot be read back."""
    made = secret or secrets.token_urlsafe(32)
    hashed = HashedSecret.of(made, salt=secrets.token_hex(16))
    callers.save(email, (hashed, *callers.find(email))[:KEPT])
    return made


def command(email: str, environment: str, home: Home, *, remove: bool) -> None:
    """
    Raises:
        CommandError: the e-mail is none, or there is no such stack.
    """
    if not re.fullmatch(r"[^@\s/]+@[^@\s/]+", email):
        raise CommandError("say whose: make caller EMAIL=ada@example.com")
    callers = _of_local(home) if environment == "local" else _of_aws(environment)
    try:
        if remove:
            callers.save(email, ())
            print(f"{email} has no secret any more")
            return
        made = give(callers, email)
    except UnavailableError as failed:
        raise CommandError(str(failed)) from failed
    print(f"{email} has a new secret; it is shown only now:\n\n  {made}\n")
    print("The one before it stays valid until the next is made.")
    print("CALLER_SECRETS=per-email makes the callers' own secrets count.")


def of_emulator(cloud_url: str, table_name: str) -> DynamoDBCallerSecrets:
    credentials = {name.lower(): value for name, value in emulator.CREDENTIALS.items()}
    return DynamoDBCallerSecrets(table_name, host=cloud_url, region=emulator.REGION, **credentials)


def _of_local(home: Home) -> DynamoDBCallerSecrets:
    try:
        endpoints = json.loads(home.endpoints.read_text())
    except OSError:
        raise CommandError("the local cloud is not running: start it with `make run`") from None
    return of_emulator(endpoints["cloud_url"], endpoints["stack"]["TableName"])


def _of_aws(environment: str) -> DynamoDBCallerSecrets:
    session, outputs = deploy.stack(environment)
    credentials = session.get_credentials()
    if credentials is None:
        raise CommandError("there are no AWS credentials: set AWS_PROFILE, or as you are used to")
    frozen = credentials.get_frozen_credentials()
    return DynamoDBCallerSecrets(
        outputs["TableName"],
        region=session.region_name or "",
        aws_access_key_id=frozen.access_key or "",
        aws_secret_access_key=frozen.secret_key or "",
        **({"aws_session_token": frozen.token} if frozen.token else {}),
    )
