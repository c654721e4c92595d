"""`make invoke FUNCTION=validator EVENT=events/round1.json`: one function, one event, its answer.

The function runs in the local cloud as its events would start it, with its own role: no Docker is
needed. The event files are those of `sam local invoke`.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from operate.errors import CommandError

if TYPE_CHECKING:
    from operate.stacks import Stack

FAILED = 1
"""The exit code when the function raised an error."""
_LOG_GROUP = "/aws/lambda/"

Say = Callable[[str], None]


def invoke(function: str, event: str, stack: Stack, say: Say = print) -> int:
    """Run `function` with the file `event`; say what it logged and answered; the exit code.

    Raises:
        CommandError: no such function or file, or the cloud did not do as asked.
    """
    name, payload = _function(function, stack.outputs), _payload(event)
    try:
        answer = stack.client("lambda").invoke(FunctionName=name, Payload=payload, LogType="Tail")
    except (BotoCoreError, ClientError) as failed:
        raise CommandError(f"{name} could not be run: {failed}") from failed
    for line in base64.b64decode(answer.get("LogResult", "")).decode().splitlines():
        say(line)
    say(_told(answer["Payload"].read()))
    return FAILED if answer.get("FunctionError") else 0


def _function(asked: str, outputs: Mapping[str, str]) -> str:
    """The function's whole name; `pages-checker` and `PagesCheckerFunction` mean the same."""
    known = {
        key.removesuffix("LogGroup"): group.removeprefix(_LOG_GROUP)
        for key, group in outputs.items()
        if group.startswith(_LOG_GROUP)
    }
    wanted = re.sub(r"[-_]", "", asked).lower().removesuffix("function")
    for key, name in known.items():
        if key.lower() == wanted:
            return name
    names = ", ".join(sorted(re.sub(r"(?<!^)([A-Z])", r"-\1", key).lower() for key in known))
    raise CommandError(f"say which: make invoke FUNCTION=... EVENT=..., with one of {names}")


def _payload(event: str) -> bytes:
    try:
        payload = Path(event).read_bytes()
        json.loads(payload)
    except (OSError, ValueError) as failed:
        raise CommandError(f"EVENT={event} is no file of JSON, see events/: {failed}") from None
    return payload


def _told(payload: bytes) -> str:
    """The answer, indented where it is JSON; a function that answers nothing says null."""
    try:
        answer: Any = json.loads(payload)
    except ValueError:
        return payload.decode(errors="replace")
    return json.dumps(answer, indent=2, ensure_ascii=False)
