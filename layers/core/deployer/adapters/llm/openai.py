"""OpenAI's chat completions, and every service that speaks them: Ollama, vLLM, Google's own."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any, Self

import openai

from deployer.adapters.deadline import within
from deployer.adapters.llm import failure
from deployer.adapters.llm.answer import count, error_in, stop_reason, stop_word, text_of
from deployer.adapters.llm.openai_body import completion_of
from deployer.domain.language_model import Image, Prompt, Reply, StopReason, Usage

if TYPE_CHECKING:
    import httpx2
    from openai.types.chat import ChatCompletionContentPartParam, ChatCompletionMessageParam

_OPENAI_URL = "https://api.openai.com/v1"
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
                return self._refused(exc.code)
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
            response = self._create(prompt, timeout_seconds)
        except openai.BadRequestError as exc:
            if (exc.code, exc.param) != ("unsupported_parameter", self._limit):
                raise
            self._limit = _OLD_LIMIT if self._limit == _NEW_LIMIT else _NEW_LIMIT
            response = self._create(prompt, timeout_seconds)
        body = completion_of(response.text)
        error = error_in(body) or error_in(next(iter(body["choices"]), None))
        if error is None:
            return self._reply(body)
        if error.code in _REFUSED_PROMPT:
            return self._refused(error.code)
        wait = failure.retry_after(response.headers)
        raise failure.answered(self.name, error.status, code=error.code, retry_after=wait)

    def _create(self, prompt: Prompt, timeout_seconds: float) -> httpx2.Response:
        # Unread: the SDK takes any JSON for a completion, and compatible services send much else.
        raw = self._client.chat.completions.with_raw_response.create(
            model=self._model,
            messages=_messages(prompt),
            extra_body={self._limit: prompt.max_output_tokens},
            timeout=timeout_seconds,
        )
        return raw.http_response

    def _reply(self, completion: dict[str, Any]) -> Reply:
        choice = completion["choices"][0]
        message, word = choice["message"], choice.get("finish_reason")
        refusal, reason = _refusal(message), stop_reason(word)
        text = text_of(message.get("content"))
        if not text.strip() and reason is StopReason.COMPLETE:
            # Some servers take the whole of an answer for the reasoning that goes before it.
            text = text_of(message.get("reasoning_content") or message.get("reasoning"))
        return Reply(
            text=text or refusal,
            stop_reason=StopReason.REFUSED if refusal else reason,
            model=self.name,
            usage=_usage(completion.get("usage") or {}),
            stop_word="refusal" if refusal else stop_word(word),
        )

    def _refused(self, code: str | None) -> Reply:
        """The reply to a prompt that was refused before the model saw it."""
        word = code or ""
        return Reply(word, StopReason.REFUSED, self.name, stop_word=word)


connect = OpenAIModel.connect


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


def _refusal(message: dict[str, Any]) -> str:
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    found = [message.get("refusal"), *(p.get("refusal") for p in parts if isinstance(p, dict))]
    return next((refusal for refusal in found if isinstance(refusal, str) and refusal), "")


def _usage(usage: dict[str, Any]) -> Usage:
    details = usage.get("prompt_tokens_details") or {}
    return Usage(
        input_tokens=count(usage.get("prompt_tokens")),
        cached_tokens=count(details.get("cached_tokens")),
        output_tokens=count(usage.get("completion_tokens")),
    )
