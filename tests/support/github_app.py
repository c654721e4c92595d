"""A GitHub App that is installed in the organisation of the local GitHub."""

from __future__ import annotations

from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from deployer.adapters.github.git import DulwichRemote
from deployer.adapters.github.host import GitHubHost, github_client
from deployer.adapters.github.token import InstallationToken
from deployer.domain.ports import Clock
from local.github import RunningGitHub
from local.github.app_installation import AppInstallation

APP_ID = "Iv23liSampleApp"
INSTALLATION_ID = 4711
ORGANIZATION = "acme"


@cache
def private_key() -> str:
    """The App's key, as GitHub lets it be downloaded: PEM."""
    return _key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()  # fmt: skip


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def an_installation(**changes: Any) -> AppInstallation:
    public = _key().public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    fields = {"app_id": APP_ID, "id": INSTALLATION_ID, "organization": ORGANIZATION}
    return AppInstallation(**{**fields, "public_key": public.decode(), **changes})


def with_app(**changes: Any) -> dict[str, Any]:
    """The settings of a local GitHub whose organisation has installed the App."""
    return {"organizations": [ORGANIZATION], "installation": an_installation(**changes)}


def a_token(github: RunningGitHub, clock: Clock, **changes: Any) -> InstallationToken:
    fields: dict[str, Any] = {
        "app_id": APP_ID,
        "installation_id": INSTALLATION_ID,
        "private_key": private_key,
        "api_url": github.url,
        "clock": clock,
    }
    return InstallationToken(**{**fields, **changes})


def as_the_app(github: RunningGitHub, clock: Clock) -> tuple[GitHubHost, DulwichRemote]:
    """The adapters that act as the App's installation."""
    token = a_token(github, clock)
    host = GitHubHost(
        lambda: github_client(token(), github.url),
        owner=ORGANIZATION,
        pages_base_url=github.pages_url,
        clock=clock,
        is_organization=True,
        token_refused=token.refused,
    )
    return host, DulwichRemote(github.git_url, token, clock, token_refused=token.refused)
