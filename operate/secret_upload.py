"""`.env`'s secrets, put into the stack's one Secrets Manager secret: here and in AWS alike."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from operate.env_file import SECRETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_secretsmanager import SecretsManagerClient


def put(client: SecretsManagerClient, secret_name: str, values: Mapping[str, str]) -> list[str]:
    """Set the secrets that `values` has, keep the others, and return the names that were set.

    Only the previous secret of a rotation is not kept: taking it out of `.env` ends it.
    """
    kept = json.loads(client.get_secret_value(SecretId=secret_name)["SecretString"])
    kept.pop("STUDENT_SECRET_PREVIOUS", None)
    given = {name: values[name] for name in SECRETS if name in values}
    client.put_secret_value(SecretId=secret_name, SecretString=json.dumps(kept | given))
    return list(given)
