"""A script run on a blank page: cut off from everything, and the same each time.

The page stays at `about:blank`: it has no origin and so no storage, no cookies and no service
worker. Interception refuses what it asks for, as for every page, and its policy (`harness.js`)
forbids workers, frames and the rest. Its clock begins at `EPOCH` and stands still while code runs;
chance, locale and time zone are fixed.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from deployer.adapters.chromium.happenings import described
from deployer.adapters.chromium.protocol import BrowserGoneError, NoAnswerError, ProtocolError
from deployer.domain.computed import Output

EPOCH = 946_684_800_000
"""2000-01-01T00:00:00Z in milliseconds: nobody takes it for today."""
LONGEST_FAULT = 500
_SOURCE = "script"
_HARNESS = Path(__file__).with_name("harness.js")
_FIXED = (
    ("Emulation.setLocaleOverride", {"locale": "en-US"}),
    ("Emulation.setTimezoneOverride", {"timezoneId": "UTC"}),
    ("Emulation.setVirtualTimePolicy", {"policy": "advance"}),
)
_CALL = "function (run, inputs) { return this(run, inputs) }"

Call = Callable[[str, dict[str, Any], float], dict[str, Any]]
"""A command to the page, with its parameters and seconds. Raises ProtocolError."""


def run_script(
    call: Call, script: str, files: Mapping[str, bytes], *, largest: int, seconds: float
) -> Output:
    """The output of `script`, the body of an async function, over `files`.

    Raises:
        BrowserGoneError: the browser ended meanwhile.
    """
    until = time.monotonic() + seconds
    try:
        for method, params in _FIXED:
            call(method, params, seconds)
        harness = call("Runtime.evaluate", {"expression": _harness(largest)}, seconds)
        wrapped = f"(async (files) => {{\n{script}\n}})\n//# sourceURL={_SOURCE}"
        answer = call("Runtime.evaluate", {"expression": wrapped}, seconds)
        if "exceptionDetails" not in answer:
            answer = _called(call, harness, answer, files, until - time.monotonic())
    except NoAnswerError:
        return Output(fault=f"it had not ended after {seconds:.1g} s")
    except BrowserGoneError:
        raise
    except ProtocolError as exc:
        return Output(fault=f"it gave no answer ({exc})")
    if "exceptionDetails" in answer:
        return Output(fault=_told(answer["exceptionDetails"], script)[:LONGEST_FAULT])
    return _output(answer["result"].get("value"), largest)


def _harness(largest: int) -> str:
    return f"{_HARNESS.read_text(encoding='utf-8').strip()}({EPOCH}, {largest})"


def _called(
    call: Call,
    harness: dict[str, Any],
    script: dict[str, Any],
    files: Mapping[str, bytes],
    seconds: float,
) -> dict[str, Any]:
    inputs = [_packed(name, content) for name, content in files.items()]
    return call(
        "Runtime.callFunctionOn",
        {
            "objectId": harness["result"]["objectId"],
            "functionDeclaration": _CALL,
            "arguments": [{"objectId": script["result"]["objectId"]}, {"value": inputs}],
            "awaitPromise": True,
            "returnByValue": True,
        },
        seconds,
    )


def _packed(name: str, content: bytes) -> dict[str, str]:
    """A text, without its byte order mark, or bytes."""
    try:
        return {"name": name, "text": content.decode("utf-8-sig")}
    except UnicodeDecodeError:
        return {"name": name, "bytes": base64.b64encode(content).decode()}


def _told(details: dict[str, Any], script: str) -> str:
    """The exception in words, with the script's line if it is known."""
    thrown = details.get("exception", {})
    text = str(thrown["description"]) if "description" in thrown else described(thrown)
    message = text.split("\n    at ")[0]
    frames = details.get("stackTrace", {}).get("callFrames", [])
    ours = [frame["lineNumber"] for frame in frames if frame["url"] == _SOURCE]
    if not frames and thrown.get("className") == "SyntaxError":
        ours = [details["lineNumber"]]
    if not ours:
        return f"it threw {message}"
    # The wrapping has one line before the script, and the protocol counts from 0. What lacks its
    # end is noticed behind the script.
    lines = script.rstrip().split("\n")
    number = min(max(ours[0], 1), len(lines))
    return f"it threw {message} at line {number}: {lines[number - 1].strip()[:120]}"


def _output(value: object, largest: int) -> Output:
    """The content in the harness's answer, which the script may have made."""
    kind, _, text = value.partition(":") if isinstance(value, str) else ("", "", "")
    content = None
    if kind == "text":
        content = text.encode("utf-8", "replace")  # half a pair of surrogates has no bytes
    elif kind == "base64":
        try:
            content = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            content = None
    if content is None:
        return Output(fault="it returned nothing that a file can hold")
    if len(content) > largest:
        return Output(
            fault=f"it returned {len(content)} bytes; at most {largest} bytes are allowed"
        )
    return Output(content)
