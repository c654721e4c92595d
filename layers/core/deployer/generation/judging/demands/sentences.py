"""Demands of a check that is a sentence, where it makes them in a fixed form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from deployer.generation.judging.demands.kinds import Demand, Exists, ReadsParameter, TitleIs

_SENTENCES: tuple[tuple[str, Callable[[re.Match[str]], Demand]], ...] = (
    (r"\btitle (?:is|equals|must be|set to) [\"“'`]([^\"”'`]+)",
     lambda m: TitleIs(m[1], outright=False)),
    (r"\btitle (?:contains|includes) [\"“'`]([^\"”'`]+)",
     lambda m: TitleIs(m[1], exactly=False, outright=False)),
    (r"(?<![\w/&#])#([A-Za-z][\w-]*)(?![\w/-])", lambda m: Exists(f"#{m[1]}")),
)  # fmt: skip
_COLOUR = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)
_TAKEN_BACK = re.compile(
    r"\b(?:no|not|never|without|gone|absent|instead|(?:remov|delet|replac|renam)\w*)\b"
    r"|n['\u2019]t\b",
    re.IGNORECASE,
)
_OWN_QUERY = re.compile(r"(?:^|[\s\"'`(])(?:\.?/|index\.html)?\?(\w+=[^\s\"'`)]*)")
"""A query string of the page itself, not one of an address elsewhere."""


def of_sentence(check: str) -> Iterator[Demand]:
    """The demands of a check in words, without those that the sentence takes back."""
    for query in _OWN_QUERY.finditer(check):
        own = query[1].partition("://")[0]
        yield from (ReadsParameter(name) for name in re.findall(r"(?:^|&)(\w+)=", own))
    for sentence in re.split(r"(?<=[.;!?])\s+|\n", check):
        if _TAKEN_BACK.search(sentence):
            continue
        for pattern, demand in _SENTENCES:
            for match in re.finditer(pattern, sentence):
                if not _COLOUR.fullmatch(match[0]):
                    yield demand(match)
