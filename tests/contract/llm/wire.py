"""Each provider's wire format, said in our terms."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from deployer.domain.language_model import Image, StopReason, Usage
from tests.contract.llm.server import Answer, Request


@dataclass(frozen=True)
class Asked:
    """A request's content, whatever its format."""

    model: str
    system: str
    user: str
    max_output_tokens: int
    images: tuple[Image, ...] = ()


class Wire(Protocol):
    provider: str
    path: str
    """Below the server's URL; what the base URL ends in."""
    key_header: tuple[str, str]
    stop_reasons: ClassVar[dict[StopReason, str]]

    def answer(self, text: str, reason: str | None, usage: Usage = ...) -> Answer: ...

    def error(self, status: int, code: str = ...) -> Answer: ...

    def asked(self, request: Request) -> Asked: ...


NOTHING = Usage()


def as_json(content: object) -> bytes:
    return json.dumps(content).encode()


class OpenAIWire:
    provider = "openai"
    path = "/v1"
    key_header = ("authorization", "Bearer test-key")
    stop_reasons: ClassVar = {
        StopReason.COMPLETE: "stop",
        StopReason.TRUNCATED: "length",
        StopReason.REFUSED: "content_filter",
    }

    def answer(self, text: str, reason: str | None, usage: Usage = NOTHING) -> Answer:
        return self.message({"content": text}, reason, usage)

    def message(
        self, message: dict[str, Any], reason: str | None, usage: Usage = NOTHING
    ) -> Answer:
        choice = {"index": 0, "finish_reason": reason, "message": {"role": "assistant", **message}}
        counts = {
            "prompt_tokens": usage.input_tokens,
            "completion_tokens": usage.output_tokens,
            "total_tokens": usage.input_tokens + usage.output_tokens,
            "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
        }
        body = {"id": "c-1", "object": "chat.completion", "created": 1, "model": "m-2026"}
        return Answer(as_json({**body, "choices": [choice], "usage": counts}))

    def error(self, status: int, code: str = "some_code", param: str | None = None) -> Answer:
        error = {"message": "the key test-key", "type": "t", "code": code, "param": param}
        return Answer(as_json({"error": error}), status)

    def asked(self, request: Request) -> Asked:
        assert request.path == "/v1/chat/completions"
        messages = {message["role"]: message["content"] for message in request.body["messages"]}
        parts: list[Any] = messages["user"]
        if isinstance(messages["user"], str):
            parts = [{"type": "text", "text": messages["user"]}]
        urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
        return Asked(
            model=request.body["model"],
            system=messages.get("system", ""),
            user="".join(part["text"] for part in parts if part["type"] == "text"),
            max_output_tokens=request.body["max_tokens"],
            images=tuple(_image_of(url) for url in urls),
        )


def _image_of(data_uri: str) -> Image:
    head, data = data_uri.removeprefix("data:").split(";base64,")
    return Image(head, b64decode(data))


class GeminiWire:
    provider = "gemini"
    path = ""
    key_header = ("x-goog-api-key", "test-key")
    stop_reasons: ClassVar = {
        StopReason.COMPLETE: "STOP",
        StopReason.TRUNCATED: "MAX_TOKENS",
        StopReason.REFUSED: "SAFETY",
    }

    def answer(self, text: str, reason: str | int | None, usage: Usage = NOTHING) -> Answer:
        content = {"role": "model", "parts": [{"text": text}]}
        return self.response(
            {
                "candidates": [{"content": content, "finishReason": reason}],
                "usageMetadata": {
                    "promptTokenCount": usage.input_tokens,
                    "cachedContentTokenCount": usage.cached_tokens,
                    "candidatesTokenCount": usage.output_tokens,
                    "totalTokenCount": usage.input_tokens + usage.output_tokens,
                },
            }
        )

    def response(self, body: dict[str, Any]) -> Answer:
        return Answer(as_json({**body, "modelVersion": "m-2026"}))

    def error(
        self, status: int, code: str = "SOME_CODE", details: tuple[dict[str, str], ...] = ()
    ) -> Answer:
        info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": code}
        error = {"code": status, "message": "the key test-key", "details": [info, *details]}
        return Answer(as_json({"error": error}), status)

    def asked(self, request: Request) -> Asked:
        path = request.path.partition("?")[0]
        assert path.startswith("/v1beta/models/")
        assert path.endswith(":generateContent")
        (message,) = request.body["contents"]
        assert message["role"] == "user"
        parts = message["parts"]
        data = [part["inlineData"] for part in parts if "inlineData" in part]
        system = request.body.get("systemInstruction", {}).get("parts", [])
        return Asked(
            model=path.removeprefix("/v1beta/models/").removesuffix(":generateContent"),
            system="".join(part["text"] for part in system),
            user="".join(part.get("text", "") for part in parts),
            max_output_tokens=request.body["generationConfig"]["maxOutputTokens"],
            images=tuple(Image(each["mimeType"], b64decode(each["data"])) for each in data),
        )


class AnthropicWire:
    provider = "anthropic"
    path = ""
    key_header = ("authorization", "Bearer test-key")
    stop_reasons: ClassVar = {
        StopReason.COMPLETE: "end_turn",
        StopReason.TRUNCATED: "max_tokens",
        StopReason.REFUSED: "refusal",
    }

    def answer(self, text: str, reason: str | None, usage: Usage = NOTHING) -> Answer:
        return self.stream(*self.events([{"type": "text", "text": text}], reason, usage))

    def stream(self, *events: dict[str, Any]) -> Answer:
        lines = (b"event: %b\ndata: %b\n\n" % (e["type"].encode(), as_json(e)) for e in events)
        return Answer(b"".join(lines), content_type="text/event-stream")

    def events(
        self, blocks: list[dict[str, Any]], reason: str | None, usage: Usage = NOTHING
    ) -> list[dict[str, Any]]:
        """A whole stream, which says it wrote a third of the uncached input to the cache."""
        fresh = usage.input_tokens - usage.cached_tokens
        counts = {
            "input_tokens": fresh - fresh // 3,
            "cache_creation_input_tokens": fresh // 3,
            "cache_read_input_tokens": usage.cached_tokens,
            "output_tokens": 1,
        }
        message: dict[str, Any] = {"id": "m", "type": "message", "role": "assistant"}
        message |= {"model": "m-2026"}
        message |= {"content": [], "stop_reason": None, "stop_sequence": None, "usage": counts}
        events: list[dict[str, Any]] = [{"type": "message_start", "message": message}]
        for index, block in enumerate(blocks):
            events += self._block_events(index, block)
        delta = {"stop_reason": reason, "stop_sequence": None}
        output = {"output_tokens": usage.output_tokens}
        end = {"type": "message_delta", "delta": delta, "usage": output}
        return [*events, end, {"type": "message_stop"}]

    def _block_events(self, index: int, block: dict[str, Any]) -> list[dict[str, Any]]:
        kind = block["type"]
        start = {"type": "content_block_start", "index": index}
        delta = {"type": f"{kind}_delta", kind: block[kind]}
        return [
            {**start, "content_block": {**block, kind: ""}},
            {"type": "content_block_delta", "index": index, "delta": delta},
            {"type": "content_block_stop", "index": index},
        ]

    def error(self, status: int, code: str = "some_error") -> Answer:
        error = {"type": code, "message": "the key test-key"}
        return Answer(as_json({"type": "error", "error": error}), status)

    def asked(self, request: Request) -> Asked:
        assert request.path == "/v1/messages"
        (message,) = request.body["messages"]
        assert message["role"] == "user"
        sources = [part["source"] for part in message["content"] if part["type"] == "image"]
        texts = [part["text"] for part in message["content"] if part["type"] == "text"]
        return Asked(
            model=request.body["model"],
            system="".join(part["text"] for part in request.body.get("system", [])),
            user="".join(texts),
            max_output_tokens=request.body["max_tokens"],
            images=tuple(Image(each["media_type"], b64decode(each["data"])) for each in sources),
        )


WIRES: dict[str, Wire] = {
    wire.provider: wire for wire in (OpenAIWire(), GeminiWire(), AnthropicWire())
}
