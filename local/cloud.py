"""The AWS emulator (MiniStack): how it is started."""

from __future__ import annotations

import os

from operate import browser, env_file, parameters
from operate.emulator import CREDENTIALS, REGION
from operate.places import CLOUD_PYTHON, LOOPBACK, Home, Ports, url

HEALTH_PATH = "/_ministack/health"


def command() -> list[str]:
    return [str(CLOUD_PYTHON), "-m", "ministack"]


def environment(ports: Ports, home: Home) -> dict[str, str]:
    """The emulator's, inherited by every function process: hence nobody's AWS settings or keys."""
    return (
        plain_environment()
        | browser.environment()
        | {
            **CREDENTIALS,
            "AUTH": "true",
            "BIND_HOST": LOOPBACK,
            "MINISTACK_HOST": LOOPBACK,
            "GATEWAY_PORT": str(ports.cloud),
            "MINISTACK_REGION": REGION,
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            # It ends containers that carry its label: not on this machine's Docker.
            "DOCKER_HOST": f"unix://{home.temporary}/no-docker.sock",
            "TMPDIR": str(home.temporary),
            "PYTHONUNBUFFERED": "1",
        }
    )


def client_environment(cloud_url: str) -> dict[str, str]:
    """Variables that make the SAM CLI talk to the emulator at that URL, and to nothing else."""
    return plain_environment() | {
        **CREDENTIALS,
        "AWS_ENDPOINT_URL": cloud_url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
    }


def plain_environment() -> dict[str, str]:
    """This shell's variables, without AWS settings, Python's own, and secrets."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "PYTHON", "MAKE", "MFLAGS"))
        and name not in (*env_file.SECRETS, *parameters.settings(), "VIRTUAL_ENV")
    }
    near = ",".join(
        filter(None, [kept.get("no_proxy", kept.get("NO_PROXY", "")), LOOPBACK, "localhost"])
    )
    return kept | {"no_proxy": near, "NO_PROXY": near}


def url_of(ports: Ports) -> str:
    return url(ports.cloud)
