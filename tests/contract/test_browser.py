"""The worker's way to the browser function: JSON there and back, and never an exception."""

from __future__ import annotations

import io
import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from deployer.adapters import browser
from deployer.adapters.browser import (
    LambdaBrowser,
    outputs_to_json,
    parse_asked,
    report_to_json,
)
from deployer.domain.computed import Computation, Computing, Output, Outputs
from deployer.domain.errors import UnavailableError
from deployer.domain.policy import Kind as Requests
from deployer.domain.policy import policy
from deployer.domain.site import Site
from deployer.domain.steps import parse_steps
from deployer.domain.visit import (
    Evidence,
    Happening,
    Kind,
    Look,
    Picture,
    Report,
    Verdict,
    Visit,
    When,
)
from tests.support.fakes import RecordingTelemetry

SITE = Site({"index.html": b"<p>Hello</p>"})
VISIT = Visit(
    "candidates/a.json",
    "pictures/a/",
    checks=("document.title",),
    steps=(parse_steps(["click #a", "expect dialog Hello"]),),
    policy=policy([(Requests.SCRIPT, "cdn.example"), (Requests.CONNECT, "*.example.org")]),
    seconds=1.0,
)
REPORT = Report(
    looks=(
        Look(
            When.LOADED,
            (Evidence(Verdict.FAILS, "NaN", found=(("#a", "<p>é</p>"),)),),
            (Happening(Kind.EXCEPTION, "TypeError: x", "a.js:1:2", 3),),
            1.5,
        ),
    ),
    pictures=(Picture(1280, "pictures/a/1280.png"),),
    mode="several",
    starts=2,
    seconds=1.75,
)


class Candidates:
    def __init__(self, error: Exception | None = None) -> None:
        self.kept: dict[str, Site] = {}
        self._error = error

    def save(self, key: str, site: Site) -> None:
        if self._error:
            raise self._error
        self.kept[key] = site

    def load(self, key: str) -> Site:
        return self.kept[key]


class Lambda:
    """Answers an invocation with what it was given."""

    def __init__(self, answer: Any, **more: Any) -> None:
        self._answer = answer
        self._more = more
        self.asked: dict[str, Any] = {}

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto3's
        self.asked = {"name": FunctionName, "event": json.loads(Payload)}
        if isinstance(self._answer, Exception):
            raise self._answer
        if isinstance(self._answer, float):
            time.sleep(self._answer)
        told = self._answer
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        return {"Payload": io.BytesIO(body), **self._more}


def visit(
    client: Lambda,
    candidates: Candidates | None = None,
    telemetry: RecordingTelemetry | None = None,
    name: str = "browser",
) -> Report:
    given = (client, candidates or Candidates(), telemetry or RecordingTelemetry())
    return LambdaBrowser(name, *given).visit(SITE, VISIT)  # type: ignore[arg-type]


def test_a_visit_and_its_report_go_through_json_unchanged() -> None:
    candidates, client = Candidates(), Lambda(report_to_json(REPORT))
    assert visit(client, candidates) == REPORT
    assert candidates.kept == {"candidates/a.json": SITE}
    assert client.asked["name"] == "browser"
    assert parse_asked(client.asked["event"]) == VISIT


def test_scripts_and_what_they_made_go_through_json_unchanged() -> None:
    scripts = (Computation("a.json", ("a.csv",), "return 1"),)
    computing = Computing("candidates/b.json", scripts, 300, 1.0)
    made = Outputs((Output(b"\x00\xff text"), Output(fault="it threw é")), "no time", 0.5)
    candidates, client = Candidates(), Lambda(outputs_to_json(made))
    given = (client, candidates, RecordingTelemetry())

    assert LambdaBrowser("browser", *given).compute(SITE, computing) == made  # type: ignore[arg-type]
    assert candidates.kept == {"candidates/b.json": SITE}
    assert parse_asked(client.asked["event"]) == computing


def test_without_a_browser_nothing_is_computed_and_the_reason_told() -> None:
    telemetry = RecordingTelemetry()
    gone = Lambda(ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke"))
    computing = Computing("candidates/b.json", (), 300, 1.0)
    browser = LambdaBrowser("browser", gone, Candidates(), telemetry)  # type: ignore[arg-type]

    assert browser.compute(SITE, computing) == Outputs(problem="Lambda: TooManyRequestsException")
    assert [name for name, _ in telemetry.facts] == ["browser_unavailable"]


@pytest.mark.parametrize(
    ("client", "problem"),
    [
        (
            Lambda(ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke")),
            "Lambda: TooManyRequestsException",
        ),
        (Lambda(ReadTimeoutError(endpoint_url="https://lambda")), "Lambda: ReadTimeoutError"),
        (
            Lambda({"errorType": "Sandbox.Timedout", "errorMessage": "x"}, FunctionError="U"),
            "the browser function failed: Sandbox.Timedout",
        ),
        (
            Lambda({"errorType": "E", "errorMessage": "page's words"}, FunctionError="U"),
            "the browser function failed: E",
        ),
        (
            Lambda(
                {"errorType": "NoBrowserError", "errorMessage": "Chromium does not start: several"},
                FunctionError="U",
            ),
            "the browser function failed: Chromium does not start: several",
        ),
        (Lambda(b"<html>", FunctionError="U"), "the browser function failed: Unknown"),
        (Lambda(None), "the browser function answered something else"),
        (Lambda(b"nonsense"), "the browser function answered something else"),
    ],
)
def test_whatever_goes_wrong_is_the_reports_problem(client: Lambda, problem: str) -> None:
    telemetry = RecordingTelemetry()
    report = visit(client, telemetry=telemetry)
    assert report.problem == problem
    assert telemetry.facts == [("browser_unavailable", {"problem": problem})]
    assert report.verdict(0) is Verdict.CANNOT_TELL


def test_a_store_that_is_down_is_the_reports_problem() -> None:
    down = Candidates(UnavailableError("S3: AccessDenied"))
    assert visit(Lambda(report_to_json(REPORT)), down).problem == "S3: AccessDenied"


def test_a_slow_browser_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "START_SECONDS", -0.8)
    assert visit(Lambda(2.0)).problem == "the browser did not answer within 1 s"


def test_a_deployment_without_a_browser_says_so() -> None:
    report = visit(Lambda(None), name="")
    assert report.problem == "no browser is configured"
    assert report.verdict(0) is Verdict.CANNOT_TELL


def test_what_is_no_visit_is_refused() -> None:
    with pytest.raises(ValueError, match="candidate"):
        parse_asked({"checks": ["1"]})
