"""The stand-in's HTTP side, in the wire format of OpenAI's chat completions.

POST   /v1/chat/completions   a whole answer with its usage; no streaming
GET    /v1/models
GET    /healthz
POST   /control               {"behaviour": "truncate", "times": 1}: misbehave in the next answers
GET    /control               what is set
DELETE /control               behave again
GET    /requests              the prompts of the last answers, for tests
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from typing import Any

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from local.model.answers import answer
from local.model.behaviour import BEHAVIOURS, FAILURES, Answer, Control
from local.model.reading import read_request

MODEL = "stand-in"
KEPT_REQUESTS = 50


class StandIn:
    """The model behind the routes."""

    def __init__(self) -> None:
        self.control = Control()
        self.requests: deque[dict[str, Any]] = deque(maxlen=KEPT_REQUESTS)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def complete(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        behaviour = self.control.take()
        with self._lock:
            number = next(self._numbers)
            self.requests.append({"number": number, "behaviour": behaviour or "", **body})
        if behaviour in FAILURES:
            return {"error": _error(behaviour)}, FAILURES[behaviour]
        given = self._answer(_user_text(body["messages"]), behaviour)
        return _completion(number, body, given), 200

    def _answer(self, user: str, behaviour: str | None) -> Answer:
        asked = read_request(user)
        if asked is None:
            return Answer("I only know the deployer's requests.")
        return BEHAVIOURS[behaviour](asked) if behaviour else Answer(answer(asked))


def _error(behaviour: str) -> dict[str, str]:
    error = {"message": f"the stand-in was told to fail: {behaviour}", "type": behaviour}
    if behaviour == "echo":
        # As some proxies do, which repeat the key that they refuse.
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        error |= {"message": f"the key {key} is not known here", "code": key}
    return error


def create_app() -> Flask:
    app = Flask(__name__)
    model = StandIn()

    @app.get("/healthz")
    def healthz() -> ResponseReturnValue:
        return jsonify(status="ok")

    @app.get("/v1/models")
    def models() -> ResponseReturnValue:
        return jsonify(object="list", data=[{"id": MODEL, "object": "model", "owned_by": "local"}])

    @app.post("/v1/chat/completions")
    def complete() -> ResponseReturnValue:
        body = request.get_json(silent=True)
        if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
            message = "messages must be a list"
            return {"error": {"message": message, "type": "invalid_request_error"}}, 400
        if body.get("stream"):
            message = "the stand-in does not stream"
            return {"error": {"message": message, "type": "invalid_request_error"}}, 400
        answered, status = model.complete(body)
        headers = {"Retry-After": "1"} if status == FAILURES["rate_limit"] else {}
        return answered, status, headers

    _add_control(app, model)
    return app


def _add_control(app: Flask, model: StandIn) -> None:
    """The route that a test steers it with; no part of the wire format."""

    @app.route("/control", methods=["GET", "POST", "DELETE"])
    def control() -> ResponseReturnValue:
        if request.method == "DELETE":
            model.control.set("", 0)
        elif request.method == "POST":
            wanted = request.get_json()
            if wanted.get("behaviour") not in {*BEHAVIOURS, *FAILURES}:
                return {"error": f"behaviour is one of {sorted({*BEHAVIOURS, *FAILURES})}"}, 400
            model.control.set(wanted["behaviour"], int(wanted.get("times", 1)))
        return jsonify(model.control.state())

    @app.get("/requests")
    def requests() -> ResponseReturnValue:
        return jsonify(list(model.requests))


def _user_text(messages: list[dict[str, Any]]) -> str:
    return "\n".join(_content(m["content"]) for m in messages if m["role"] == "user")


def _content(content: str | list[dict[str, Any]]) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] for part in content if part["type"] == "text")


def _completion(number: int, body: dict[str, Any], given: Answer) -> dict[str, Any]:
    asked = sum(len(_content(message["content"])) for message in body["messages"])
    usage = {"prompt_tokens": _tokens(asked), "completion_tokens": _tokens(len(given.text))}
    message = {"role": "assistant", "content": given.text, "refusal": None}
    choice = {
        "index": 0, "message": message, "finish_reason": given.finish_reason, "logprobs": None,
    }  # fmt: skip
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 0,
        "model": body.get("model", MODEL),
        "choices": [choice],
        "usage": {**usage, "total_tokens": sum(usage.values())},
    }


def _tokens(characters: int) -> int:
    """About what a tokenizer would count; the stand-in has none."""
    return (characters + 3) // 4
