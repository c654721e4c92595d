"""Clients of the running local cloud's AWS."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

REGION = "us-east-1"
# The emulator takes these for the account's root; each function gets credentials of its role.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

LONGEST_RUN_SECONDS = 310
"""A client that invokes a function waits for so long: a worker may run for 300 s."""


def client(service: str, cloud_url: str) -> Any:
    """A boto3 client of the emulator."""
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=cloud_url,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(
            proxies={},
            read_timeout=LONGEST_RUN_SECONDS,
            retries={"max_attempts": 2},
            parameter_validation=False,
        ),
    )
