"""Paths that a model may write to because the brief names them."""

from __future__ import annotations

import pytest

from deployer.domain.site import Site
from deployer.generation.judging.gates.paths import refuse_path
from tests.unit.generation.builders import build

WORKFLOW = ".github/workflows/ci.yml"


def refused(path: str, brief: str, **details: object) -> str | None:
    return refuse_path(path, build(brief, **details), Site())


@pytest.mark.parametrize(
    "brief",
    ["Commit run.exe.", "`run.exe`, too", "Put it in ./run.exe", "(run.exe)", "at /run.exe: x"],
)
def test_a_type_that_sites_do_not_need_is_written_if_the_brief_names_the_file(brief: str) -> None:
    assert refused("run.exe", brief) is None


@pytest.mark.parametrize(
    "brief",
    [
        "Commit run.exe.bak", "Commit dist/run.exe", "See https://example.com/run.exe", "rerun.exe",
        "run.exe-2", "run.exe/x", "run.exes", ".run.exe", "run-exe", "RUN.EXE", "re-run.exe",
    ],
)  # fmt: skip
def test_another_name_that_holds_it_does_not_name_the_file(brief: str) -> None:
    assert refused("run.exe", brief) == "has a type that sites do not need"


@pytest.mark.parametrize(
    ("brief", "reason"),
    [
        (f"Add {WORKFLOW}.", None),
        (f"Add `{WORKFLOW}`", None),
        (f"Add {WORKFLOW}.disabled", "is a workflow whose path the brief does not name"),
        (f"Add docs/{WORKFLOW}", "is a workflow whose path the brief does not name"),
    ],
)
def test_an_allowed_workflow_is_written_if_the_brief_names_it(
    brief: str, reason: str | None
) -> None:
    assert refused(WORKFLOW, brief, allow_workflows=True) == reason


def test_a_workflow_that_is_not_allowed_is_refused_with_the_setting_that_allows_it() -> None:
    assert "ALLOW_WORKFLOWS" in (refused(WORKFLOW, f"Add {WORKFLOW}.") or "")


@pytest.mark.parametrize("path", [".editorconfig", ".eslintrc.json", ".well-known/security.txt"])
def test_a_hidden_file_that_only_tools_read_is_written_if_the_brief_names_it(path: str) -> None:
    assert refused(path, f"Commit {path} too.") is None
    assert refused(path, "Commit all.") == "is a hidden file"


@pytest.mark.parametrize("path", [".github/dependabot.yml", ".gitignore", ".deployer/ledger.json"])
def test_a_hidden_file_that_git_or_github_obeys_is_not(path: str) -> None:
    assert refused(path, f"Commit {path} too.") is not None
