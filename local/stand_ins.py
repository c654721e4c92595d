"""The cast: a server on this machine stands in for each part that `.env` leaves open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deployer.domain.providers import PROVIDERS
from operate import env_file, parameters
from operate.places import LOOPBACK, Ports, url

if TYPE_CHECKING:
    from collections.abc import Mapping

STUDENT_SECRET = "local-secret"  # noqa: S105 - known on purpose: the sample events carry it
GITHUB_OWNER = "local-student"
GITHUB_TOKEN = "local-github-token"  # noqa: S105 - opens nothing but the stand-in
ANY_KEY = "any-key"  # what a local endpoint without keys is sent


@dataclass(frozen=True)
class Cast:
    """The settings of one local run, complete."""

    real_model: bool
    real_github: bool
    parameters: Mapping[str, str]
    secrets: Mapping[str, str]

    @property
    def provider(self) -> str:
        return self.parameters["LlmProvider"]

    @property
    def providers(self) -> list[str]:
        fallback = self.parameters.get("LlmFallbackProvider")
        return [self.provider, *([fallback] if fallback else [])]

    def lines(self) -> list[str]:
        """Said plainly at every start."""
        model = self.parameters.get("LlmModel") or "its default model"
        owner = self.parameters.get("GithubOrganization") or self.parameters["GithubUsername"]
        return [
            f"model   REAL: {self.provider}, {model}"
            if self.real_model
            else "model   a stand-in that answers the sample events; a key in .env: the real one",
            f"GitHub  REAL: repositories of {owner} will be created and changed"
            if self.real_github
            else "GitHub  a stand-in with real repositories; GITHUB_TOKEN in .env: the real one",
        ]


def cast(values: Mapping[str, str], ports: Ports) -> Cast:
    """Fill what `.env` leaves open."""
    filled = dict(values)
    filled.setdefault("STUDENT_SECRET", STUDENT_SECRET)
    filled.setdefault("PUBLIC_URL", url(ports.front_door))
    if "EVALUATION_HOSTS" in filled:
        filled["EVALUATION_HOSTS"] += f",{LOOPBACK}"  # the evaluator of this run
    real_model = _choose_model(filled, ports)
    real_github = env_file.names_github(values)
    if not real_github:
        filled |= {
            "GITHUB_TOKEN": GITHUB_TOKEN,
            "GITHUB_USERNAME": GITHUB_OWNER,
            "GITHUB_API_URL": url(ports.github),
            "GIT_BASE_URL": url(ports.github, "/git"),
            "PAGES_BASE_URL": url(ports.github, "/pages"),
        }
    secrets = {name: filled[name] for name in env_file.SECRETS if name in filled}
    return Cast(real_model, real_github, parameters.given(filled), secrets)


def only_stand_ins(ports: Ports, **parameters: str) -> Cast:
    """Nobody real, whatever `.env` says; `parameters` are the template's."""
    alone = cast({}, ports)
    return replace(alone, parameters={**alone.parameters, **parameters})


def _choose_model(filled: dict[str, str], ports: Ports) -> bool:
    """Set provider, key and URL in `filled`; says whether the model is a real one."""
    for provider in PROVIDERS.values():
        if filled.get("LLM_PROVIDER", provider.name) != provider.name:
            continue
        if provider.key_name in filled or provider.base_url_name in filled:
            filled["LLM_PROVIDER"] = provider.name
            filled.setdefault(provider.key_name, ANY_KEY)
            return True
    filled.pop("LLM_FALLBACK_PROVIDER", None)
    filled |= {
        "LLM_PROVIDER": "openai",
        "LLM_MODEL": "stand-in",
        "OPENAI_API_KEY": ANY_KEY,
        "OPENAI_BASE_URL": url(ports.model, "/v1"),
    }
    return False
