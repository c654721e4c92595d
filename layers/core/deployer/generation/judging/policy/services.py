"""The tables of services and libraries, read once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from deployer.domain.policy import Kind, Policy, policy

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Service:
    """Something that pages use, and the hosts that it is at."""

    name: str
    words: re.Pattern[str]
    """Found in a text that names it; for a library, in the site's files."""
    policy: Policy
    free: bool = False
    """It only gives out public data: a page may use it though nobody named it."""


@cache
def services() -> tuple[Service, ...]:
    """Every row of services.yaml."""
    return tuple(
        Service(row["name"], _pattern(row["words"]), _policy(row), bool(row.get("free")))
        for row in _read("services.yaml")
    )


@cache
def libraries() -> tuple[Service, ...]:
    """The libraries that ask hosts of their own, by the marks that they leave in a site."""
    return tuple(
        Service(row["marks"], _pattern(row["marks"]), _policy(row))
        for row in _read("libraries.yaml")["libraries"]
    )


@cache
def library_sources() -> tuple[str, ...]:
    """Prefixes of the addresses from which a page may load code."""
    return tuple(_read("libraries.yaml")["sources"])


@cache
def anybodys_code() -> re.Pattern[str]:
    """Addresses of library hosts that serve whatever anybody has put there."""
    return _pattern("|".join(_read("libraries.yaml")["anybodys"]))


def _policy(row: dict[str, Any]) -> Policy:
    return policy((kind, source) for kind in Kind for source in row.get(kind.value, ()))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _read(name: str) -> Any:
    return yaml.safe_load((_HERE / name).read_text(encoding="utf-8"))
