"""The `.env` file: its secrets, the template's parameters, and the faults of a given one.

Only the file counts, never the shell's variables: an exported GITHUB_TOKEN must not make a demo
write to GitHub.
"""

from __future__ import annotations

import contextlib
import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from dotenv import dotenv_values

from deployer.domain.providers import PROVIDERS
from deployer.domain.write_budget import parse_limits
from operate import parameters
from operate.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

APP_KEY = "GITHUB_APP_PRIVATE_KEY"
KEYS = tuple(provider.key_name for provider in PROVIDERS.values())
SECRETS = (
    "STUDENT_SECRET", "STUDENT_SECRET_PREVIOUS", "GITHUB_TOKEN", APP_KEY, *KEYS,
)  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """Something wrong in `.env`, and its cure."""

    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.what}: {self.cure}"


def read(path: Path) -> dict[str, str]:
    """The settings of the file; none when there is no file.

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
    """True if the real GitHub is meant: there is a token, or an App."""
    return "GITHUB_TOKEN" in values or "GITHUB_APP_ID" in values


def providers(values: Mapping[str, str]) -> list[str]:
    """The chosen model providers, the one that is asked first before its fallback."""
    names = (values.get(name) for name in ("LLM_PROVIDER", "LLM_FALLBACK_PROVIDER"))
    return [name for name in names if name]


def problems(values: Mapping[str, str]) -> Iterator[Problem]:
    """Everything that is wrong, here as in AWS."""
    yield from _unknown_names(values)
    yield from _wrong_forms(values)
    yield from _missing_partners(values)


def problems_for_aws(values: Mapping[str, str]) -> Iterator[Problem]:
    """Further problems in AWS, where nothing stands in for a key."""
    yield from problems(values)
    needed = ["STUDENT_SECRET", "LLM_PROVIDER"]
    needed += [] if names_github(values) else ["GITHUB_TOKEN"]
    organization = "GITHUB_ORGANIZATION" in values or "GITHUB_APP_ID" in values
    needed += [] if organization else ["GITHUB_USERNAME"]
    needed += [PROVIDERS[name].key_name for name in providers(values) if name in PROVIDERS]
    for name in needed:
        if name not in values:
            yield Problem(f"{name} is missing in .env", "set it; .env.example says what it is")


def _unknown_names(values: Mapping[str, str]) -> Iterator[Problem]:
    known = [*SECRETS, *parameters.settings()]
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            cure = f"did you mean {near[0]}?" if near else ".env.example lists the names"
            yield Problem(f"{name} in .env is not a setting", cure)


def _wrong_forms(values: Mapping[str, str]) -> Iterator[Problem]:
    for name, parameter in parameters.settings().items():
        value = values.get(name, "")
        if value and not parameter.accepts(value):
            yield Problem(f"{name}={value} in .env is not valid", f"give {parameter.takes}")
        elif name == "GITHUB_WRITE_LIMITS" and value:
            yield from _too_many_writes(value)


def _too_many_writes(limits: str) -> Iterator[Problem]:
    """The problem of more writes than the ledger can hold, which no pattern can tell."""
    try:
        parse_limits(limits)
    except ValueError as exc:
        yield Problem(f"GITHUB_WRITE_LIMITS={limits} in .env is not valid", f"give {exc}")


def _missing_partners(values: Mapping[str, str]) -> Iterator[Problem]:
    provider = values.get("LLM_PROVIDER", "")
    for setting in ("LLM_PROVIDER", "LLM_FALLBACK_PROVIDER"):
        chosen = PROVIDERS.get(values.get(setting, ""))
        if chosen and chosen.key_name not in values and chosen.base_url_name not in values:
            yield Problem(
                f"{setting}={chosen.name} in .env needs {chosen.key_name}",
                f"set {chosen.key_name}, or take {setting} out to do without "
                "(locally: the stand-in model)",
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
    keys = [name for name in KEYS if name in values]
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
