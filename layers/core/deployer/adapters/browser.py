"""The browser function: its calls, and the JSON that goes there and back."""

from __future__ import annotations

import json
from concurrent.futures import TimeoutError as OutOfTimeError
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from deployer.adapters.aws_errors import unavailable
from deployer.adapters.deadline import within
from deployer.domain.computed import Computing, Outputs
from deployer.domain.errors import UnavailableError
from deployer.domain.page import NoBrowserError
from deployer.domain.visit import Report, Visit, cannot_tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_lambda import LambdaClient

    from deployer.domain.ports import CandidateStore, Telemetry
    from deployer.domain.site import Site

START_SECONDS = 8.0
"""The seconds that a new function may take before it begins to look: it unpacks the browser."""

_ASKED: TypeAdapter[Visit | Computing] = TypeAdapter(Visit | Computing)
_REPORT = TypeAdapter(Report)
_OUTPUTS = TypeAdapter(Outputs)

_Answer = TypeVar("_Answer", Report, Outputs)


class LambdaBrowser:
    """`Browser`: calls the function of that name and waits for it; an empty name means none.

    Tells the fact `browser_unavailable`, on which there is an alarm, when there is no report.
    """

    def __init__(
        self,
        function_name: str,
        client: LambdaClient,
        candidates: CandidateStore,
        telemetry: Telemetry,
    ) -> None:
        self._function_name = function_name
        self._client = client
        self._candidates = candidates
        self._telemetry = telemetry

    def visit(self, site: Site, wanted: Visit) -> Report:
        return self._asked(site, wanted, _REPORT, cannot_tell)

    def compute(self, inputs: Site, wanted: Computing) -> Outputs:
        return self._asked(inputs, wanted, _OUTPUTS, lambda problem: Outputs(problem=problem))

    def _asked(
        self,
        site: Site,
        wanted: Visit | Computing,
        answer: TypeAdapter[_Answer],
        nothing: Callable[[str], _Answer],
    ) -> _Answer:
        """The function's answer, or `nothing` with the problem."""
        if not self._function_name:
            return nothing("no browser is configured")
        try:
            self._candidates.save(wanted.candidate, site)
            return within(wanted.seconds + START_SECONDS, lambda: self._invoke(wanted, answer))
        except UnavailableError as exc:
            problem = str(exc)
        except OutOfTimeError:
            problem = f"the browser did not answer within {wanted.seconds:.0f} s"
        self._telemetry.fact("browser_unavailable", problem=problem)
        return nothing(problem)

    def _invoke(self, wanted: Visit | Computing, expected: TypeAdapter[_Answer]) -> _Answer:
        with unavailable("Lambda"):
            answer = self._client.invoke(
                FunctionName=self._function_name, Payload=json.dumps(asked_to_json(wanted)).encode()
            )
            body = answer["Payload"].read()
        if answer.get("FunctionError"):
            raise UnavailableError(f"the browser function failed: {_error(body)}")
        try:
            return expected.validate_json(body)
        except ValidationError as exc:
            raise UnavailableError("the browser function answered something else") from exc


def asked_to_json(wanted: Visit | Computing) -> dict[str, Any]:
    document: dict[str, Any] = _ASKED.dump_python(wanted, mode="json")
    return document


def parse_asked(event: dict[str, Any]) -> Visit | Computing:
    """
    Raises:
        ValueError: it is none of ours.
    """
    return _ASKED.validate_python(event)


def outputs_to_json(outputs: Outputs) -> dict[str, Any]:
    document: dict[str, Any] = _OUTPUTS.dump_python(outputs, mode="json")
    return document


def report_to_json(report: Report) -> dict[str, Any]:
    document: dict[str, Any] = _REPORT.dump_python(report, mode="json")
    return document


def _error(body: bytes) -> str:
    """The error that the function raised; its words only if they are ours: others may hold a
    page's."""
    try:
        told = json.loads(body)
        kind, words = str(told["errorType"]), str(told["errorMessage"])
    except (ValueError, TypeError, KeyError):
        return "Unknown"
    return words[:300] if kind == NoBrowserError.__name__ else kind[:100]
