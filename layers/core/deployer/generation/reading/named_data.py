"""Data that a brief or a check names by its URL, and whether the site is to have a copy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from deployer.domain.evaluation_url import EvaluationRules, ForbiddenDestinationError

MAX_FILES = 3
_URL = re.compile(r"https://[^\s<>\"'`\\|^{}\[\]()]+", re.IGNORECASE)
_DATA = re.compile(r"\.(?:csv|tsv|json|geojson|jsonl|ndjson|txt|xml|ya?ml|xlsx)", re.IGNORECASE)
"""Ends of the paths of plain files. An address without one is a page or an interface, which the
site itself asks when it runs."""
_COPY = re.compile(
    r"\b(?:sav(?:e|es|ed|ing)|stor(?:e|es|ed|ing)|download(?:s|ed|ing)?|bundl(?:e|es|ed|ing)"
    r"|commit(?:s|ted|ting)?|snapshot|offline|local(?:ly)? (?:copy|file)|copy of)\b",
    re.IGNORECASE,
)


def data_urls(texts: Iterable[str]) -> tuple[str, ...]:
    """The https URLs of data files in `texts`, on hosts that may be asked, at most `MAX_FILES`."""
    found = (match[0].rstrip(".,;:!?") for text in texts for match in _URL.finditer(text))
    return tuple(dict.fromkeys(filter(_is_data_file, found)))[:MAX_FILES]


def wants_a_copy(brief: str) -> bool:
    """True if the brief says that data is to be kept with the site."""
    return _COPY.search(brief) is not None


def file_name(url: str) -> str:
    """The last segment of the URL's path."""
    return unquote(urlsplit(url).path).rpartition("/")[2]


def _is_data_file(url: str) -> bool:
    try:
        EvaluationRules().check(url)
        name = file_name(url)
    except (ForbiddenDestinationError, ValueError):
        return False
    ending = _DATA.search(name)
    return ending is not None and ending.end() == len(name) and ending.start() > 0
