"""Parts of an answer that every provider, and every borrower of a format, words differently.

The bodies come from anywhere between OpenAI and a notebook under a desk, so nothing is taken for
granted but that they are JSON.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from deployer.domain.language_model import StopReason

_TRUNCATED = frozenset(
    {"length", "max_tokens", "max_output_tokens", "max_completion_tokens", "max_new_tokens",
     "max_length", "model_length", "token_limit", "context_length", "context_length_exceeded",
     "context_window_exceeded", "model_context_window_exceeded"}
)  # fmt: skip
_REFUSED = frozenset(
    {"content_filter", "content_filtered", "contentfilter", "filtered", "guardrail_intervened",
     "refusal", "refused", "safety", "image_safety", "sensitive", "recitation", "blocklist",
     "image_recitation", "image_prohibited_content",
     "blocked", "prohibited_content", "spii", "language", "moderation", "policy_violation",
     "content_policy_violation", "error_toxic"}
)  # fmt: skip
"""Among them Mistral's `model_length`, Bedrock's `guardrail_intervened`, z.AI's `sensitive`, and
Cohere's `ERROR_TOXIC`."""


def stop_reason(word: object) -> StopReason:
    """The stop reason behind a provider's word for it.

    Words for a natural end are many (`stop`, `eos`, `end_turn`, `STOP`, none at all) and new ones
    come with every service. So only the words for a limit and for a refusal are known here; whether
    anything else is a whole answer is told by the line that every answer ends with.
    """
    plain = re.sub(r"[\s-]+", "_", str(word or "").strip().lower())
    if plain in _TRUNCATED:
        return StopReason.TRUNCATED
    return StopReason.REFUSED if plain in _REFUSED else StopReason.COMPLETE


def stop_word(word: object) -> str:
    """The provider's word, for a person; empty if it is no word, as it may then be anything."""
    return word if isinstance(word, str) and re.fullmatch(r"[\w .:-]{1,40}", word) else ""


def text_of(content: object) -> str:
    """The text of a message's content: a text, or parts of which some are text.

    Raises:
        TypeError: it is neither.
    """
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        raise TypeError(f"the content is of type {type(content).__name__}")
    return "".join(_text_of_part(part) for part in content)


def _text_of_part(part: object) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        raise TypeError(f"a part of the content is of type {type(part).__name__}")
    text = part.get("text") if part.get("type") in (None, "text", "output_text") else None
    if isinstance(text, dict):
        text = text.get("value")
    return text if isinstance(text, str) else ""


def count(value: object) -> int:
    """A number of tokens; 0 if it cannot be read."""
    return int(value) if isinstance(value, int | float) and value > 0 else 0


@dataclass(frozen=True)
class ErrorInAnswer:
    """An error that came with status 200, since the gateway had already promised an answer."""

    status: int
    """The one that it would have had."""
    code: str | None


_ANSWERS = ("choices", "candidates", "content", "output", "promptFeedback")
_STATUSES = (
    (429, r"rate.?limit|too.?many|throttl|resource.?exhausted|quota"),
    (529, r"overload"),
    (503, r"unavailable|busy|capacity"),
    (408, r"time.?out|deadline"),
    (401, r"api.?key|auth"),
    (403, r"permission|forbidden"),
    (404, r"not.?found"),
    (400, r"invalid|bad.?request|unsupported|context.?length"),
)
"""The status behind an error code in words, such as `rate_limit_error` or `BadRequestError`."""


def error_in(body: object) -> ErrorInAnswer | None:
    """The error that a body with status 200 speaks of; None if it is an answer, or unreadable."""
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    if not isinstance(body, dict):
        return None
    error = body.get("error") or next(iter(body.get("errors") or []), None)
    if not error:
        says_so = body.get("object") == "error" or body.get("type") == "error"
        if not says_so and ("detail" not in body or any(key in body for key in _ANSWERS)):
            return None
        error = body
    told = error if isinstance(error, dict) else {}
    named = ("code", "status", "statusCode", "status_code", "type")
    words = [told[key] for key in named if told.get(key)]
    numbers = (number for word in words if (number := _as_status(word)))
    status = next(numbers, None) or next(filter(None, map(_meant, words)), 500)
    return ErrorInAnswer(status, next((word for word in words if _is_word(word)), None))


def _as_status(word: object) -> int | None:
    """429 of 429, "429" and 42901, as FastChat numbers its errors."""
    if isinstance(word, bool) or not re.fullmatch(r"[45]\d\d(\d\d)?", str(word)):
        return None
    return int(str(word)[:3])


def _meant(word: object) -> int | None:
    if not isinstance(word, str):
        return None
    return next((n for n, meant in _STATUSES if re.search(meant, word, re.IGNORECASE)), None)


def _is_word(word: object) -> bool:
    return isinstance(word, str) and not word.isdigit() and word != "error"
