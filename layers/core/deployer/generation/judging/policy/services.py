"""The tables of services and libraries, read once."""

from __future__ import annotations

import re
from collections import Counter
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
    marks: frozenset[str] = frozenset()
    """Its sources that tell that a site uses it: no other service is at them, or its words are in
    their names."""

    def used_in(self, text: str, names: frozenset[str]) -> Policy:
        """The policy for a site that has this `text` and these host `names` in it: the whole, if
        one of the marks is there, since answers name the service's other hosts; else the sources
        that the site names."""
        named = {source for source in _sources(self.policy) if _stands(source, text, names)}
        if named & self.marks:
            return self.policy
        every = ((kind, s) for kind, each in self.policy.sources.items() for s in each)
        return policy((kind, source) for kind, source in every if source in named)


@cache
def services() -> tuple[Service, ...]:
    """Every row of services.yaml."""
    rows = [(row, _pattern(row["words"]), _policy(row)) for row in _read("services.yaml")]
    listed = Counter(source for _, _, each in rows for source in _sources(each))
    return tuple(
        Service(
            row["name"],
            words,
            each,
            bool(row.get("free")),
            frozenset(s for s in _sources(each) if listed[s] == 1 or words.search(s)),
        )
        for row, words, each in rows
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


def _sources(of_service: Policy) -> frozenset[str]:
    return frozenset(source for each in of_service.sources.values() for source in each)


def _stands(source: str, text: str, names: frozenset[str]) -> bool:
    """True if a source stands in a text, whose host names are `names`."""
    if "/" in source:
        return source.removeprefix("https://") in text
    if source.startswith("*."):
        return any(f".{name}".endswith(source[1:]) for name in names)
    return source in names


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _read(name: str) -> Any:
    return yaml.safe_load((_HERE / name).read_text(encoding="utf-8"))
