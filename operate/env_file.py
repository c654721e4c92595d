"""The `.env` file: which names there are, and what is wrong with a given one.

Only the file counts, never the shell's variables: an exported GITHUB_TOKEN must not make a demo
write to GitHub.
"""

from __future__ import annotations

import contextlib
import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from dotenv import dotenv_values

from deployer.domain.providers import PROVIDERS
from deployer.domain.write_budget import parse_limits
from operate.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KEY_NAMES = {provider.name: provider.key_name for provider in PROVIDERS.values()}
APP_KEY = "GITHUB_APP_PRIVATE_KEY"
SECRETS = (
    "STUDENT_SECRET", "STUDENT_SECRET_PREVIOUS", "GITHUB_TOKEN", APP_KEY, *KEY_NAMES.values(),
)  # fmt: skip
# A name in .env -> the parameter of template.yaml that it sets.
PARAMETERS = {
    "LLM_PROVIDER": "LlmProvider",
    "LLM_MODEL": "LlmModel",
    "LLM_FALLBACK_PROVIDER": "LlmFallbackProvider",
    "LLM_FALLBACK_MODEL": "LlmFallbackModel",
    "LLM_PRICES": "LlmPrices",
    "MAX_COST_USD": "MaxCostUsd",
    "SITE_CACHE": "SiteCache",
    "ALLOW_WORKFLOWS": "AllowWorkflows",
    "GITHUB_USERNAME": "GithubUsername",
    "GITHUB_ORGANIZATION": "GithubOrganization",
    "GITHUB_APP_ID": "GithubAppId",
    "GITHUB_APP_INSTALLATION_ID": "GithubAppInstallationId",
    "GITHUB_API_URL": "GithubApiUrl",
    "GIT_BASE_URL": "GitBaseUrl",
    "PAGES_BASE_URL": "PagesBaseUrl",
    "GITHUB_WRITE_LIMITS": "GithubWriteLimits",
    "OPENAI_BASE_URL": "OpenaiBaseUrl",
    "GEMINI_BASE_URL": "GeminiBaseUrl",
    "ANTHROPIC_BASE_URL": "AnthropicBaseUrl",
    "PUBLIC_URL": "PublicUrl",
    "WORKER_CONCURRENCY": "WorkerConcurrency",
    "EVALUATION_HOSTS": "EvaluationHosts",
    "CALLER_SECRETS": "CallerSecrets",
    "QUOTA_PER_MINUTE": "QuotaPerMinute",
    "QUOTA_PER_DAY": "QuotaPerDay",
    "RETRY_DELAYS": "RetryDelays",
    "MAX_RETRY_ATTEMPTS": "MaxRetryAttempts",
    "PAGES_PATIENCE": "PagesPatience",
    "LOG_LEVEL": "LogLevel",
}
_HOST = r"(\*\.)?[\w-]+(\.[\w-]+)+"
_FORMS = {
    "LLM_PROVIDER": ("|".join(KEY_NAMES), "openai, gemini or anthropic"),
    "LLM_FALLBACK_PROVIDER": ("|".join(KEY_NAMES), "openai, gemini or anthropic"),
    "LLM_PRICES": (r"[\d.]+,[\d.]+,[\d.]+", "input,cached,output in US dollars a million tokens"),
    "MAX_COST_USD": (r"\d+(\.\d+)?", "US dollars, for example 0.50"),
    "SITE_CACHE": ("task|all|off", "task, all or off"),
    "ALLOW_WORKFLOWS": ("true|false", "true or false"),
    "GITHUB_ORGANIZATION": (r"[A-Za-z\d](-?[A-Za-z\d])*", "the name in the organisation's URL"),
    "GITHUB_APP_ID": (r"\d+|Iv[\w.]+", "the App's id or client id, from its settings page"),
    "GITHUB_APP_INSTALLATION_ID": (r"\d+", "the number at the end of the installation's URL"),
    "EVALUATION_HOSTS": (
        rf"{_HOST}( *, *{_HOST})*",
        "hosts with commas between, for example evaluator.example.com,*.example.org",
    ),
    "CALLER_SECRETS": ("shared|per-email", "shared or per-email"),
    "QUOTA_PER_MINUTE": (r"\d{1,9}", "a number, 0 for no quota"),
    "QUOTA_PER_DAY": (r"\d{1,9}", "a number, 0 for no quota"),
    "PAGES_PATIENCE": (r"\d{1,3}|[12]\d{3}|3[0-5]\d\d|3600", "seconds, at most 3600"),
    "LOG_LEVEL": ("DEBUG|INFO|WARNING|ERROR", "DEBUG, INFO, WARNING or ERROR"),
    "RETRY_DELAYS": (r"\d+(,\d+)*", "whole seconds with commas between, for example 1,2,4,8,16"),
    "MAX_RETRY_ATTEMPTS": (r"\d{1,2}|100", "a number from 0 to 100"),
    "GITHUB_WRITE_LIMITS": (
        r"([2-9]|[1-9]\d+)/[1-9]\d{0,7}(,([2-9]|[1-9]\d+)/[1-9]\d{0,7})*",
        "writes/seconds with commas between, for example 80/60,500/3600",
    ),
    "WORKER_CONCURRENCY": (r"[2-9]|\d{2,3}|1000", "a number from 2 to 1000"),
}


@dataclass(frozen=True)
class Problem:
    """Something wrong in `.env`, and its cure."""

    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.what}: {self.cure}"


def read(path: Path) -> dict[str, str]:
    """What is set in the file; nothing when there is none.

    An App's private key is many lines: it may be given as the path of its .pem file, from the
    folder of `.env`, or as text with \\n between the lines. It is read here, so that it is text for
    all others.

    Raises:
        CommandError: it is no text.
    """
    try:
        values = dotenv_values(path, interpolate=False) if path.exists() else {}
    except UnicodeDecodeError as exc:
        raise CommandError(".env is not text in UTF-8: save it as such") from exc
    given = {name: value.strip() for name, value in values.items() if value and value.strip()}
    if APP_KEY in given and not given[APP_KEY].startswith("-----BEGIN"):
        # What is neither a key nor a file is left for `problems` to name.
        with contextlib.suppress(OSError, RuntimeError, UnicodeDecodeError):
            file = path.parent / Path(given[APP_KEY]).expanduser()
            if file.is_file():
                given[APP_KEY] = file.read_text().strip()
    if APP_KEY in given:
        given[APP_KEY] = given[APP_KEY].replace("\\n", "\n")
    return given


def names_github(values: Mapping[str, str]) -> bool:
    """Whether the real GitHub is meant: there is a token, or an App."""
    return "GITHUB_TOKEN" in values or "GITHUB_APP_ID" in values


def providers(values: Mapping[str, str]) -> list[str]:
    """The chosen model providers, the one that is asked first before its fallback."""
    names = (values.get(name) for name in ("LLM_PROVIDER", "LLM_FALLBACK_PROVIDER"))
    return [name for name in names if name]


def problems(values: Mapping[str, str]) -> Iterator[Problem]:
    """Everything that is wrong, wherever it will run."""
    yield from _unknown_names(values)
    yield from _wrong_forms(values)
    yield from _too_many_writes(values)
    yield from _missing_partners(values)


def problems_for_aws(values: Mapping[str, str]) -> Iterator[Problem]:
    """What AWS needs besides: there, nothing stands in for a key."""
    yield from problems(values)
    needed = ["STUDENT_SECRET", "LLM_PROVIDER"]
    needed += [] if names_github(values) else ["GITHUB_TOKEN"]
    organization = "GITHUB_ORGANIZATION" in values or "GITHUB_APP_ID" in values
    needed += [] if organization else ["GITHUB_USERNAME"]
    needed += [KEY_NAMES[name] for name in providers(values) if name in KEY_NAMES]
    for name in needed:
        if name not in values:
            yield Problem(f"{name} is missing in .env", "set it; .env.example says what it is")


def _unknown_names(values: Mapping[str, str]) -> Iterator[Problem]:
    known = [*SECRETS, *PARAMETERS]
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            cure = f"did you mean {near[0]}?" if near else ".env.example lists the names"
            yield Problem(f"{name} in .env is not a setting", cure)


def _wrong_forms(values: Mapping[str, str]) -> Iterator[Problem]:
    for name, (form, allowed) in _FORMS.items():
        if name in values and not re.fullmatch(form, values[name]):
            yield Problem(f"{name}={values[name]} in .env is not valid", f"give {allowed}")
    for name, value in values.items():
        if name.endswith("_URL") and not re.match(r"https?://[^/\s]+", value):
            yield Problem(f"{name} in .env is not a URL", "begin it with https:// or http://")


def _too_many_writes(values: Mapping[str, str]) -> Iterator[Problem]:
    limits = values.get("GITHUB_WRITE_LIMITS", "")
    if re.fullmatch(_FORMS["GITHUB_WRITE_LIMITS"][0], limits):
        try:
            parse_limits(limits)
        except ValueError as exc:
            yield Problem(f"GITHUB_WRITE_LIMITS={limits} in .env is not valid", f"give {exc}")


def _missing_partners(values: Mapping[str, str]) -> Iterator[Problem]:
    provider = values.get("LLM_PROVIDER", "")
    for setting in ("LLM_PROVIDER", "LLM_FALLBACK_PROVIDER"):
        name = values.get(setting, "")
        key = KEY_NAMES.get(name)
        if key and key not in values and f"{name.upper()}_BASE_URL" not in values:
            yield Problem(
                f"{setting}={name} in .env needs {key}",
                f"set {key}, or take {setting} out to do without (locally: the stand-in model)",
            )
    if "LLM_FALLBACK_PROVIDER" in values and not provider:
        yield Problem(
            "LLM_FALLBACK_PROVIDER in .env needs LLM_PROVIDER", "say which is asked first"
        )
    previous = values.get("STUDENT_SECRET_PREVIOUS")
    if previous and previous == values.get("STUDENT_SECRET", previous):
        yield Problem(
            "STUDENT_SECRET_PREVIOUS in .env needs another STUDENT_SECRET",
            "set the new one there, and the one before it here",
        )
    keys = [name for name in KEY_NAMES.values() if name in values]
    if not provider and len(keys) > 1:
        yield Problem(f".env has {' and '.join(keys)}", "say which to use with LLM_PROVIDER")
    yield from _github_partners(values)


def _github_partners(values: Mapping[str, str]) -> Iterator[Problem]:
    app = "GITHUB_APP_ID" in values
    if app and "GITHUB_ORGANIZATION" not in values:
        yield Problem(
            "GITHUB_APP_ID in .env needs GITHUB_ORGANIZATION",
            "a GitHub App can create repositories only in an organisation: name it",
        )
    for name in ("GITHUB_APP_INSTALLATION_ID", APP_KEY):
        if app and name not in values:
            yield Problem(f"GITHUB_APP_ID in .env needs {name}", ".env.example says what it is")
        if not app and name in values:
            yield Problem(f"{name} in .env needs GITHUB_APP_ID", "set the App's id")
    if APP_KEY in values and not _is_private_key(values[APP_KEY]):
        yield Problem(
            f"{APP_KEY} in .env is no private key",
            "give the path of the App's .pem file, or its text with \\n between the lines",
        )
    owned = "GITHUB_USERNAME" in values or "GITHUB_ORGANIZATION" in values
    if "GITHUB_TOKEN" in values and not owned:
        yield Problem(
            "GITHUB_TOKEN in .env needs GITHUB_USERNAME",
            "set the token's account name, or GITHUB_ORGANIZATION to create repositories there",
        )


def _is_private_key(text: str) -> bool:
    try:
        load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True
