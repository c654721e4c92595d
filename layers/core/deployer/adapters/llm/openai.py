"""OpenAI's chat completions, and every service that speaks them: Ollama, vLLM, Google's own."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Self

import openai

from deployer.adapters.deadline import within
from deployer.adapters.llm import failure
from deployer.domain.language_model import Image, Prompt, Reply, StopReason, Usage

if TYPE_CHECKING:
    from openai.types.chat import (
        ChatCompletion,
        ChatCompletionContentPartParam,
        ChatCompletionMessageParam,
    )
    from openai.types.completion_usage import CompletionUsage

_OPENAI_URL = "https://api.openai.com/v1"
_STOP_REASONS = {
    "stop": StopReason.COMPLETE,
    "length": StopReason.TRUNCATED,
    "content_filter": StopReason.REFUSED,
}
# A prompt that is refused before the model sees it is a 400 with one of these codes.
_REFUSED_PROMPT = frozenset({"content_filter", "invalid_prompt"})
_VISIBLE = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})

# The limit on the output has two names. OpenAI's newer models refuse the old one; Ollama and LM
# Studio silently ignore the new one, and then nothing limits what they write. So OpenAI's own hosts
# get the new one and all others the old one, which every compatible service knows. One that refuses
# what it got (a proxy before OpenAI, say) names it in the error, and gets the other from then on.
_NEW_LIMIT, _OLD_LIMIT = "max_completion_tokens", "max_tokens"
_HOSTS_WITH_NEW_LIMIT = ("openai.com", ".azure.com")


class OpenAIModel:
    """A model behind a chat completions endpoint."""

    def __init__(self, client: openai.OpenAI, model: str) -> None:
        self._client = client
        self._model = model
        new = client.base_url.host.endswith(_HOSTS_WITH_NEW_LIMIT)
        self._limit = _NEW_LIMIT if new else _OLD_LIMIT

    @classmethod
    def connect(cls, model: str, api_key: str, base_url: str) -> Self:
        """A model at `base_url`, or at OpenAI if that is empty. Local services need no key."""
        # The default too is given: the SDK takes an empty OPENAI_BASE_URL for an address.
        client = openai.OpenAI(
            api_key=api_key or "unused", base_url=base_url or _OPENAI_URL, max_retries=0
        )
        return cls(client, model)

    @property
    def name(self) -> str:
        return f"openai/{self._model}"

    def complete(self, prompt: Prompt, *, timeout_seconds: float) -> Reply:
        """Ask once. See the port."""
        try:
            return within(timeout_seconds, lambda: self._ask(prompt, timeout_seconds))
        except (TimeoutError, openai.APITimeoutError) as exc:
            raise failure.timed_out(self.name, timeout_seconds) from exc
        except openai.APIConnectionError as exc:
            raise failure.cut_off(self.name) from exc
        except openai.APIStatusError as exc:
            if exc.code in _REFUSED_PROMPT:
                return Reply(exc.code or "", StopReason.REFUSED, self.name)
            raise failure.answered(
                self.name,
                exc.status_code,
                code=exc.code,
                retry_after=failure.retry_after(exc.response.headers),
            ) from exc
        except (openai.OpenAIError, *failure.UNREADABLE) as exc:
            raise failure.unreadable(self.name) from exc

    def _ask(self, prompt: Prompt, timeout_seconds: float) -> Reply:
        try:
            completion = self._create(prompt, timeout_seconds)
        except openai.BadRequestError as exc:
            if (exc.code, exc.param) != ("unsupported_parameter", self._limit):
                raise
            self._limit = _OLD_LIMIT if self._limit == _NEW_LIMIT else _NEW_LIMIT
            completion = self._create(prompt, timeout_seconds)
        return self._reply(completion)

    def _create(self, prompt: Prompt, timeout_seconds: float) -> ChatCompletion:
        return self._client.chat.completions.create(
            model=self._model,
            messages=_messages(prompt),
            extra_body={self._limit: prompt.max_output_tokens},
            timeout=timeout_seconds,
        )

    def _reply(self, completion: ChatCompletion) -> Reply:
        choice = completion.choices[0]
        refusal = choice.message.refusal
        reason = _STOP_REASONS.get(choice.finish_reason, StopReason.REFUSED)
        return Reply(
            text=_text(choice.message.content or refusal or ""),
            stop_reason=StopReason.REFUSED if refusal else reason,
            model=self.name,
            usage=_usage(completion.usage),
        )


def _messages(prompt: Prompt) -> list[ChatCompletionMessageParam]:
    user: str | list[ChatCompletionContentPartParam] = prompt.user
    images = [_image(image) for image in prompt.images if image.media_type in _VISIBLE]
    if images:
        user = [*images, {"type": "text", "text": prompt.user}]
    messages: list[ChatCompletionMessageParam] = []
    if prompt.system:
        messages.append({"role": "system", "content": prompt.system})
    return [*messages, {"role": "user", "content": user}]


def _image(image: Image) -> ChatCompletionContentPartParam:
    data = b64encode(image.content).decode("ascii")
    return {"type": "image_url", "image_url": {"url": f"data:{image.media_type};base64,{data}"}}


def _text(content: object) -> str:
    if not isinstance(content, str):
        raise TypeError(f"the content is of type {type(content).__name__}")
    return content


def _usage(usage: CompletionUsage | None) -> Usage:
    if usage is None:
        return Usage()
    details = usage.prompt_tokens_details
    return Usage(
        input_tokens=usage.prompt_tokens,
        cached_tokens=(details.cached_tokens or 0) if details else 0,
        output_tokens=usage.completion_tokens,
    )
