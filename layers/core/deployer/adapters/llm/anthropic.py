"""Anthropic's messages, streamed: the SDK refuses to wait for a long answer in one piece."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Literal, Self, cast, get_args

import anthropic
import httpx2

from deployer.adapters.deadline import within
from deployer.adapters.llm import failure
from deployer.domain.language_model import Image, Prompt, Reply, StopReason, Usage

if TYPE_CHECKING:
    from anthropic.types import ContentBlockParam, ImageBlockParam, Message, TextBlockParam
    from anthropic.types import Usage as MessageUsage

_ANTHROPIC_URL = "https://api.anthropic.com"
_STOP_REASONS = {
    "end_turn": StopReason.COMPLETE,
    "max_tokens": StopReason.TRUNCATED,
    "model_context_window_exceeded": StopReason.TRUNCATED,
    "refusal": StopReason.REFUSED,
    "pause_turn": StopReason.REFUSED,
}
_MediaType = Literal["image/png", "image/jpeg", "image/webp", "image/gif"]
_VISIBLE = frozenset(get_args(_MediaType))
# An error inside a stream comes after a 200: its type says which status it would have had.
_STATUS_OF_ERROR = {"rate_limit_error": 429, "overloaded_error": 529}


class AnthropicModel:
    """A Claude model."""

    def __init__(self, client: anthropic.Anthropic, model: str) -> None:
        self._client = client
        self._model = model

    @classmethod
    def connect(cls, model: str, api_key: str, base_url: str) -> Self:
        """A model at `base_url`, or at Anthropic if that is empty."""
        # The default too is given: the SDK takes an empty ANTHROPIC_BASE_URL for an address.
        client = anthropic.Anthropic(
            api_key=api_key, base_url=base_url or _ANTHROPIC_URL, max_retries=0
        )
        return cls(client, model)

    @property
    def name(self) -> str:
        return f"anthropic/{self._model}"

    def complete(self, prompt: Prompt, *, timeout_seconds: float) -> Reply:
        """Ask once. See the port."""
        try:
            return within(timeout_seconds, lambda: self._ask(prompt, timeout_seconds))
        except (TimeoutError, anthropic.APITimeoutError, httpx2.TimeoutException) as exc:
            raise failure.timed_out(self.name, timeout_seconds) from exc
        except (anthropic.APIConnectionError, httpx2.HTTPError) as exc:
            raise failure.cut_off(self.name) from exc
        except anthropic.APIStatusError as exc:
            raise failure.answered(
                self.name,
                _status(exc),
                code=exc.type,
                retry_after=failure.retry_after(exc.response.headers),
            ) from exc
        except (anthropic.AnthropicError, *failure.UNREADABLE) as exc:
            raise failure.unreadable(self.name) from exc

    def _ask(self, prompt: Prompt, timeout_seconds: float) -> Reply:
        with self._client.messages.stream(
            model=self._model,
            max_tokens=prompt.max_output_tokens,
            system=_system(prompt),
            messages=[{"role": "user", "content": _content(prompt)}],
            timeout=timeout_seconds,
        ) as stream:
            # A connection that closes early ends the stream as well, only without this event.
            if not any(event.type == "message_stop" for event in stream):
                raise failure.cut_off(self.name)
            return self._reply(stream.get_final_message())

    def _reply(self, message: Message) -> Reply:
        text = "".join(block.text for block in message.content if block.type == "text")
        stop_reason = _STOP_REASONS.get(message.stop_reason or "", StopReason.REFUSED)
        return Reply(
            text=text,
            stop_reason=stop_reason,
            model=self.name,
            usage=_usage(message.usage),
        )


def _status(error: anthropic.APIStatusError) -> int:
    if error.status_code >= 400:
        return error.status_code
    return _STATUS_OF_ERROR.get(error.type or "", 500)


def _system(prompt: Prompt) -> list[TextBlockParam] | anthropic.Omit:
    if not prompt.system:
        return anthropic.omit
    # Nothing is cached unless it is marked.
    return [{"type": "text", "text": prompt.system, "cache_control": {"type": "ephemeral"}}]


def _content(prompt: Prompt) -> list[ContentBlockParam]:
    images = [_image(image) for image in prompt.images if image.media_type in _VISIBLE]
    return [*images, {"type": "text", "text": prompt.user}]


def _image(image: Image) -> ImageBlockParam:
    return {
        "type": "image",
        "source": {
            "type": "base64",
            "media_type": cast("_MediaType", image.media_type),
            "data": b64encode(image.content).decode("ascii"),
        },
    }


def _usage(usage: MessageUsage) -> Usage:
    """Anthropic counts what it read from and wrote to its cache apart from the other input."""
    cached = usage.cache_read_input_tokens or 0
    written = usage.cache_creation_input_tokens or 0
    return Usage(
        input_tokens=usage.input_tokens + cached + written,
        cached_tokens=cached,
        output_tokens=usage.output_tokens,
    )
