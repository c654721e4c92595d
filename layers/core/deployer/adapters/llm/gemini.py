"""Google's Gemini, over REST. Its SDK is no longer supported by Google, and is used only here."""

from __future__ import annotations

import warnings
from contextvars import ContextVar
from typing import Any, Self

import requests
from google.api_core.exceptions import GoogleAPICallError
from google.protobuf.json_format import Error as MalformedMessageError  # type: ignore[import-untyped]

from deployer.adapters.deadline import within
from deployer.adapters.llm import failure
from deployer.adapters.llm.answer import count, error_in, stop_reason, stop_word, text_of
from deployer.adapters.retry_after import duration
from deployer.domain.language_model import Image, Prompt, Reply, StopReason, Usage

with warnings.catch_warnings():
    # It announces the end of its support on every import, to users who can do nothing about it.
    warnings.simplefilter("ignore", FutureWarning)
    from google.generativeai.client import configure, get_default_generative_client
    from google.generativeai.generative_models import GenerativeModel
    from google.generativeai.types import RequestOptions

_REASONS = (
    "", "STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "OTHER", "LANGUAGE", "BLOCKLIST",
    "PROHIBITED_CONTENT", "SPII", "MALFORMED_FUNCTION_CALL", "IMAGE_SAFETY",
)  # fmt: skip
_VISIBLE = frozenset({"image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"})


class GeminiModel:
    """A Gemini model. The SDK keeps one key and one address for the whole process."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._body: ContextVar[dict[str, Any]] = ContextVar("body")

    @classmethod
    def connect(cls, model: str, api_key: str, base_url: str) -> Self:
        """A model at `base_url`, or at Google if that is empty."""
        options = {"api_endpoint": base_url.rstrip("/")} if base_url else None
        configure(api_key=api_key, transport="rest", client_options=options)
        connected = cls(model)
        # There is no other way to what came: an interceptor too gets only what the types hold.
        session = get_default_generative_client()._transport._session  # type: ignore[attr-defined]  # noqa: SLF001
        session.hooks["response"].append(connected._keep)
        return connected

    @property
    def name(self) -> str:
        return f"gemini/{self._model}"

    def _keep(self, response: requests.Response, **_: object) -> None:
        """Keep an answer as it came: the SDK's types no longer grow and lose newer fields."""
        if response.status_code != requests.codes.ok:
            return
        body = response.json()
        if error := error_in(body):
            wait = failure.retry_after(response.headers)
            raise failure.answered(self.name, error.status, code=error.code, retry_after=wait)
        self._body.set(body)

    def complete(self, prompt: Prompt, *, timeout_seconds: float) -> Reply:
        """Ask once. See the port."""
        try:
            return within(timeout_seconds, lambda: self._ask(prompt, timeout_seconds))
        except (TimeoutError, requests.Timeout) as exc:
            raise failure.timed_out(self.name, timeout_seconds) from exc
        except requests.RequestException as exc:
            raise failure.cut_off(self.name) from exc
        except GoogleAPICallError as exc:
            raise failure.answered(
                self.name, int(exc.code or 500), code=_code(exc), retry_after=_retry_after(exc)
            ) from exc
        except (MalformedMessageError, *failure.UNREADABLE) as exc:
            raise failure.unreadable(self.name) from exc

    def _ask(self, prompt: Prompt, timeout_seconds: float) -> Reply:
        model = GenerativeModel(self._model, system_instruction=prompt.system or None)
        model.generate_content(
            [{"role": "user", "parts": _parts(prompt)}],
            generation_config={"max_output_tokens": prompt.max_output_tokens},
            request_options=RequestOptions(retry=None, timeout=timeout_seconds),
        )
        return self._reply(self._body.get())

    def _reply(self, body: dict[str, Any]) -> Reply:
        """The reply. Its stop reason decides, not its text: a blocked answer may have some."""
        usage = _usage(body.get("usageMetadata") or {})
        blocked = body.get("promptFeedback") or {}
        if not body.get("candidates") and blocked:
            word = str(blocked.get("blockReason", ""))
            return Reply("", StopReason.REFUSED, self.name, usage, stop_word(word))
        candidate = body["candidates"][0]
        parts = (candidate.get("content") or {}).get("parts") or []
        word = _word(candidate.get("finishReason"))
        return Reply(
            text=text_of([part for part in parts if not part.get("thought")]),
            stop_reason=stop_reason(word),
            model=self.name,
            usage=usage,
            stop_word=stop_word(word),
        )


connect = GeminiModel.connect


def _word(reason: str | int | None) -> str:
    """The reason's name: Google sends that, and promises the number too."""
    if isinstance(reason, int):
        return _REASONS[reason] if 0 <= reason < len(_REASONS) else str(reason)
    return reason or ""


def _parts(prompt: Prompt) -> list[Any]:
    images = [_image(image) for image in prompt.images if image.media_type in _VISIBLE]
    return [*images, prompt.user]


def _image(image: Image) -> dict[str, Any]:
    return {"mime_type": image.media_type, "data": image.content}


def _usage(counts: dict[str, Any]) -> Usage:
    """Tokens as Google counts them. Those of neither prompt nor answer are thoughts, which cost
    the same as the answer."""
    prompt = count(counts.get("promptTokenCount"))
    answer = count(counts.get("candidatesTokenCount"))
    return Usage(
        input_tokens=prompt,
        cached_tokens=count(counts.get("cachedContentTokenCount")),
        output_tokens=max(answer, count(counts.get("totalTokenCount")) - prompt),
    )


def _code(error: GoogleAPICallError) -> str | None:
    """Google's own name for what was wrong. `error.reason` would be it, but fails over REST."""
    return _detail(error, "ErrorInfo").get("reason")


def _retry_after(error: GoogleAPICallError) -> float | None:
    """Seconds, from the header or from the error's details, where Google puts them (`"34.5s"`)."""
    seconds = failure.retry_after(getattr(error.response, "headers", {}))
    if seconds is not None:
        return seconds
    delay = str(_detail(error, "RetryInfo").get("retryDelay", ""))
    return duration(delay.removesuffix("s"))


def _detail(error: GoogleAPICallError, kind: str) -> dict[str, str]:
    wanted = f"type.googleapis.com/google.rpc.{kind}"
    return next((detail for detail in error.details if detail.get("@type") == wanted), {})
