"""Anthropic's messages, streamed: the SDK refuses to wait for a long answer in one piece."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self, cast, get_args

import anthropic
import httpx2

from deployer.adapters.deadline import within
from deployer.adapters.llm import failure
from deployer.adapters.llm.answer import count, error_in, stop_reason, stop_word, text_of
from deployer.domain.language_model import Image, Prompt, Reply, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from anthropic.types import ContentBlockParam, ImageBlockParam, TextBlockParam

_ANTHROPIC_URL = "https://api.anthropic.com"
_MediaType = Literal["image/png", "image/jpeg", "image/webp", "image/gif"]
_VISIBLE = frozenset(get_args(_MediaType))


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
                exc.status_code,
                code=exc.type,
                retry_after=failure.retry_after(exc.response.headers),
            ) from exc
        except (anthropic.AnthropicError, *failure.UNREADABLE) as exc:
            raise failure.unreadable(self.name) from exc

    def _ask(self, prompt: Prompt, timeout_seconds: float) -> Reply:
        with self._client.messages.create(
            model=self._model,
            max_tokens=prompt.max_output_tokens,
            system=_system(prompt),
            messages=[{"role": "user", "content": _content(prompt)}],
            timeout=timeout_seconds,
            stream=True,
        ) as stream:
            message = _Message()
            # Unread: compatible services leave out what the SDK's types promise.
            for event in _events(stream.response):
                if error := error_in(event):
                    wait = failure.retry_after(stream.response.headers)
                    raise failure.answered(
                        self.name, error.status, code=error.code, retry_after=wait
                    )
                message.take(event)
        # A connection that closes early ends the stream as well, only without its last event.
        if not message.ended:
            raise failure.cut_off(self.name)
        return Reply(
            text=message.text,
            stop_reason=stop_reason(message.stop_word),
            model=self.name,
            usage=_usage(message.usage),
            stop_word=stop_word(message.stop_word),
        )


connect = AnthropicModel.connect


@dataclass
class _Message:
    """A message, put together from the events of a stream."""

    text: str = ""
    stop_word: str = ""
    usage: dict[str, Any] = field(default_factory=dict)
    ended: bool = False

    def take(self, event: dict[str, Any]) -> None:
        match event["type"]:
            case "message_start":
                self._take_message(event["message"])
            case "message":
                self._take_message(event)
                self.ended = True
            case "content_block_start":
                self.text += text_of([event.get("content_block") or {}])
            case "content_block_delta" if event["delta"].get("type") == "text_delta":
                self.text += event["delta"]["text"]
            case "message_delta":
                self.stop_word = event["delta"].get("stop_reason") or self.stop_word
                self.usage |= event.get("usage") or {}
            case "message_stop":
                self.ended = True

    def _take_message(self, message: dict[str, Any]) -> None:
        self.text += text_of(message.get("content"))
        self.stop_word = message.get("stop_reason") or ""
        self.usage |= message.get("usage") or {}


def _events(response: httpx2.Response) -> Iterator[dict[str, Any]]:
    """The events of a stream, or the one message of a service that does not stream."""
    if "json" in response.headers.get("content-type", ""):
        yield json.loads(response.read())
        return
    for event in anthropic.Stream.raw_events(response):
        if event.data.strip():
            yield event.json()


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


def _usage(usage: dict[str, Any]) -> Usage:
    """Anthropic counts what it read from and wrote to its cache apart from the other input."""
    cached = count(usage.get("cache_read_input_tokens"))
    written = count(usage.get("cache_creation_input_tokens"))
    return Usage(
        input_tokens=count(usage.get("input_tokens")) + cached + written,
        cached_tokens=cached,
        output_tokens=count(usage.get("output_tokens")),
    )
