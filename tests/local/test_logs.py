"""Lines of `make logs`, from the lines that functions log."""

from __future__ import annotations

import json

from operate.logs import readable

TRACE = """Traceback (most recent call last):
  File "/var/task/app.py", line 38, in build
    raise HostUnavailableError("GitHub answered 502")
{}"""


def shown(exception: str = "", **fact: str) -> str:
    line = {"level": "ERROR", "message": "again", "deployment_id": "d-0df7554359", **fact}
    return readable("worker", 0, json.dumps(line | ({"exception": exception} if exception else {})))


def test_an_error_of_ours_is_one_line() -> None:
    ours = TRACE.format("deployer.domain.errors.HostUnavailableError: GitHub answered 502")
    assert shown(ours).splitlines()[1:] == ["    HostUnavailableError: GitHub answered 502"]


def test_an_unknown_error_is_shown_with_where_it_came_from() -> None:
    unknown = TRACE.format("KeyError: 'sha'")
    assert shown(unknown).splitlines()[1:] == unknown.splitlines()


def test_a_line_of_another_deployment_is_not_shown() -> None:
    line = json.dumps({"level": "INFO", "message": "claimed", "deployment_id": "d-1"})
    assert readable("worker", 0, line, "d-0df7") == ""
    assert "claimed" in readable("worker", 0, line, "d-1")
