"""The body of a chat completion, also from services that stream without having been asked to."""

from __future__ import annotations

import json
from typing import Any

from deployer.adapters.llm.answer import error_in, text_of

_STREAMED = ("data:", "event:", "id:", ":")
"""The beginnings of a server-sent event's lines; a comment (`:`) keeps the connection open."""


def completion_of(text: str) -> dict[str, Any]:
    """The completion, as a service sends it in one piece.

    Raises:
        ValueError: it is neither JSON nor a stream of it, or the stream broke off.
    """
    text = text.removeprefix("\ufeff").lstrip()
    if not text.startswith(_STREAMED):
        body = json.loads(text)
        if not isinstance(body, dict) and error_in(body) is None:
            raise ValueError("the body is no object")
        return body if isinstance(body, dict) else body[0]
    data = [line[5:].strip() for line in text.splitlines() if line.startswith("data:")]
    return _joined(
        [json.loads(each) for each in data if each and each != "[DONE]"], "[DONE]" in data
    )


def _joined(chunks: list[dict[str, Any]], ended: bool) -> dict[str, Any]:
    message: dict[str, str] = {}
    reason, usage = None, None
    for chunk in chunks:
        if error_in(chunk) is not None:
            return chunk
        usage = chunk.get("usage") or usage
        for choice in chunk.get("choices") or []:
            if error_in(choice) is not None:
                return {"choices": [choice]}
            reason = choice.get("finish_reason") or reason
            delta = choice.get("delta") or choice.get("message") or {}
            for name in ("content", "refusal", "reasoning_content", "reasoning"):
                message[name] = message.get(name, "") + text_of(delta.get(name))
    if reason is None and not ended:
        raise ValueError("the stream broke off")
    return {"choices": [{"message": message, "finish_reason": reason}], "usage": usage}
