"""The evaluator's addresses."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

from flask import Flask, Response, jsonify, request

from local.evaluator.failures import Failures
from local.evaluator.notifications import Notification, Notifications, problems_of
from local.evaluator.page import notifications_page


def create_app(data_directory: Path | str) -> Flask:
    """Make the WSGI application; what it is told lies in ``notifications.jsonl`` there."""
    app = Flask(__name__)
    kept = Notifications(Path(data_directory) / "notifications.jsonl")
    failures = Failures()
    app.add_url_rule("/healthz", "health", lambda: jsonify(status="ok"))
    app.add_url_rule("/", "page", lambda: notifications_page(kept.matching()))
    app.add_url_rule("/notify", "notify", lambda: _receive(kept, failures), methods=["POST"])
    app.add_url_rule("/received", "received", lambda: jsonify(status="received"))
    app.add_url_rule("/notifications", "list", lambda: _list(kept))
    app.add_url_rule("/notifications", "forget", lambda: _forget(kept), methods=["DELETE"])
    app.add_url_rule("/fail", "fail", lambda: _order_failure(failures), methods=["POST"])
    return app


def _receive(kept: Notifications, failures: Failures) -> Response:
    text = request.get_data().decode("utf-8", "backslashreplace")
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    problems = problems_of(body, request.headers.get("Content-Type", ""))
    failure = failures.take()
    status = failure.status if failure else (400 if problems else 200)
    # Kept before the delay: a caller that gives up waiting has delivered it all the same.
    kept.keep(Notification(time.time(), dict(request.headers), body, text, problems, status))
    answer = jsonify(status="received" if status < 300 else "refused", problems=problems)
    answer.status_code = status
    if failure:
        time.sleep(failure.delay)
        if failure.retry_after is not None:
            answer.headers["Retry-After"] = str(failure.retry_after)
        if failure.location is not None:
            answer.headers["Location"] = failure.location
    return answer


def _list(kept: Notifications) -> Response:
    wanted = {name: request.args[name] for name in ("task", "email") if name in request.args}
    return jsonify([asdict(one) for one in kept.matching(**wanted)])


def _forget(kept: Notifications) -> Response:
    kept.forget()
    return Response(status=204)


def _order_failure(failures: Failures) -> Response:
    try:
        ordered = failures.order(request.get_json(force=True, silent=True))
    except ValueError as wrong:
        answer = jsonify(error=str(wrong))
        answer.status_code = 400
        return answer
    return jsonify(asdict(ordered))
