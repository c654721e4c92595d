"""No secret leaves: neither ours nor one that looks real."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.plugins.basic_auth import BasicAuthDetector
from detect_secrets.plugins.discord import DiscordBotTokenDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.mailchimp import MailchimpDetector
from detect_secrets.plugins.npm import NpmDetector
from detect_secrets.plugins.openai import OpenAIDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.stripe import StripeDetector
from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector

from deployer.domain.redaction import SHORTEST_SECRET
from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.subject import Subject

_OWN_PATTERNS = {
    "GitHub fine-grained token": re.compile(r"\bgithub_pat_[A-Za-z0-9_]{22,}"),
    "OpenAI project key": re.compile(r"\bsk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}"),
    "Anthropic key": re.compile(r"\bsk-ant-[A-Za-z0-9_-]{20,}"),
    "Google API key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}"),
    "Google OAuth secret": re.compile(r"\bGOCSPX-[0-9A-Za-z_-]{20,}"),
    "Hugging Face token": re.compile(r"\bhf_[A-Za-z0-9]{30,}"),
    "Private Key": re.compile(
        r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"
        r"(?:\\[nr]|[\s\"'`,+])*[A-Za-z0-9+/=]{40,}"
    ),
}
"""Forms of keys that detect-secrets has no detector for, or sees without the key itself."""
_MADE_UP = re.compile(r"example|sample|dummy|your|placeholder|123456", re.IGNORECASE)
FEWEST_CHARACTERS = 4
"""Different ones, which a real key has at least: `ghp_xxxxxxxx` is where a key goes."""
PIECE = 2000
PIECE_OVERLAP = 400
"""Characters: more than any key that is looked for has."""


@lru_cache(maxsize=1)
def _detectors() -> tuple[RegexBasedDetector, ...]:
    """The detectors that know a provider's form. The entropy and keyword ones would flag ordinary
    pages, Artifactory's every name that begins like `APBiology`. None verifies its finds, which
    would be a network call."""
    return (
        AWSKeyDetector(), AzureStorageKeyDetector(), DiscordBotTokenDetector(),
        GitHubTokenDetector(), GitLabTokenDetector(), MailchimpDetector(), NpmDetector(),
        OpenAIDetector(), PypiTokenDetector(), SendGridDetector(), SlackDetector(),
        SquareOAuthDetector(), StripeDetector(), TelegramBotTokenDetector(), TwilioKeyDetector(),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _detectors_of_copies() -> tuple[RegexBasedDetector, ...]:
    """The detectors whose forms are in every tutorial (a sample JWT, `https://user:pass@host`): a
    model knows no real one but from an attachment."""
    return (JwtTokenDetector(), BasicAuthDetector())


def inspect(subject: Subject) -> Iterator[Finding]:
    """A finding for every secret in a file that the model wrote. The secret is not repeated."""
    for path in subject.changed:
        text = subject.site.text(path)
        for secret in subject.assignment.known_secrets:
            if len(secret) >= SHORTEST_SECRET and secret in text:
                yield _finding(path, "a key of the deployer")
        for number, line in enumerate(text.split("\n"), 1):
            kinds = {kind for piece in _pieces(line) for kind in _kinds(piece, subject)}
            for kind in sorted(kinds):
                yield _finding(path, f"what looks like a secret ({kind}) on line {number}")
        for kind in sorted(_own_kinds(text, subject)):
            yield _finding(path, f"what looks like a secret ({kind})")


def _pieces(line: str) -> Iterator[str]:
    """A long line in overlapping pieces: the detectors take quadratic time."""
    for start in range(0, max(len(line) - PIECE_OVERLAP, 1), PIECE - PIECE_OVERLAP):
        yield line[start : start + PIECE]


def _kinds(line: str, subject: Subject) -> set[str]:
    """The kinds of secrets in a line, but for values that stand in the caller's own words."""
    sent = [attachment.content for attachment in subject.assignment.attachments]
    found = [one for one in _found(_detectors(), line) if not _is_made_up(one[1])]
    found += [
        one
        for one in _found(_detectors_of_copies(), line)
        if any(one[1].encode() in content for content in sent)
    ]
    return {kind for kind, value in found if value not in subject.all_text}


def _found(detectors: tuple[RegexBasedDetector, ...], line: str) -> Iterator[tuple[str, str]]:
    """Kind and value of each match; the detectors themselves give only a part of some."""
    for detector in detectors:
        for pattern in detector.denylist:
            yield from ((detector.secret_type, match[0]) for match in pattern.finditer(line))


def _own_kinds(text: str, subject: Subject) -> set[str]:
    return {
        name
        for name, pattern in _OWN_PATTERNS.items()
        for match in pattern.finditer(text)
        if match[0] not in subject.all_text and not _is_made_up(match[0])
    }


def _is_made_up(value: str) -> bool:
    """True if the value only shows where a key goes, as `AKIAIOSFODNN7EXAMPLE` does."""
    key = re.split(r"[_-]", value)[-1]
    return bool(_MADE_UP.search(value)) or len(set(key)) < FEWEST_CHARACTERS


def _finding(path: str, what: str) -> Finding:
    return Finding(
        Severity.FORBIDDEN, "secret", f"{path}: {what}", f"{path} holds {what}: remove it"
    )
