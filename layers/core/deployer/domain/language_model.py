"""The language model's port: prompts and replies in our own terms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class StopReason(StrEnum):
    """The model's reason to stop. After TRUNCATED or REFUSED an answer is incomplete, even if it
    parses."""

    COMPLETE = "COMPLETE"
    """It stopped by itself, or for an unknown reason: the last line says if the answer is whole."""
    TRUNCATED = "TRUNCATED"
    REFUSED = "REFUSED"


@dataclass(frozen=True)
class Image:
    """A picture for models that see."""

    media_type: str
    content: bytes


@dataclass(frozen=True)
class Prompt:
    """`system` is the same for all deployments, so that a provider can cache it."""

    system: str
    user: str
    images: tuple[Image, ...] = ()
    max_output_tokens: int = 16_000


@dataclass(frozen=True)
class Usage:
    """Tokens as the provider counted them; `cached_tokens` are part of `input_tokens`."""

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.output_tokens + other.output_tokens,
        )


@dataclass(frozen=True)
class Reply:
    text: str
    stop_reason: StopReason
    model: str
    usage: Usage = Usage()
    stop_word: str = ""
    """The provider's own word for the reason; empty if it gave none."""


class LanguageModel(Protocol):
    """Text in, text out. It has no tools and no authority."""

    @property
    def name(self) -> str:
        """`provider/model`, for records and metrics."""

    def complete(self, prompt: Prompt, *, timeout_seconds: float) -> Reply:
        """Ask once; nothing is retried here.

        Raises:
            ModelUnavailableError: it failed, timed out, or refused our key; `retry_after` in
                seconds where it said so.
        """
