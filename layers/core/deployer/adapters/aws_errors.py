"""botocore's errors, turned into ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from deployer.domain.errors import UnavailableError


def error_code(exc: ClientError) -> str:
    return str(exc.response.get("Error", {}).get("Code", "Unknown"))


@contextmanager
def unavailable(service: str, error: type[UnavailableError] = UnavailableError) -> Iterator[None]:
    """Turn what botocore raises into `error`, with AWS's code and without the request."""
    try:
        yield
    except ClientError as exc:
        raise error(f"{service}: {error_code(exc)}") from exc
    except BotoCoreError as exc:
        raise error(f"{service}: {type(exc).__name__}") from exc
