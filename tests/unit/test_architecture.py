"""Imports run one way: functions, bootstrap, adapters and services, generation, domain."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers/core/deployer"
ALLOWED = {
    "domain": {"domain"},
    "generation": {"generation", "domain"},
    "services": {"services", "generation", "domain"},
    "adapters": {"adapters", "domain"},
    "pages": {"pages"},
}
ROOMS = {
    "reading": {"reading"},
    "judging": {"judging", "reading", "assignment", "instructions"},
    "answers": {"answers", "judging", "reading", "assignment"},
    "asking": {"asking", "answers", "judging", "reading", "assignment"},
    "assignment.py": set[str](),
    "instructions.py": set[str](),
    "candidate.py": {"answers", "judging"},
}
"""Rooms of `generation` and the rooms that each may import; the loop on top is not named."""
VENDORS = {
    "anthropic", "aws_lambda_powertools", "boto3", "botocore", "dulwich", "github", "google",
    "httpx", "jwt", "openai", "pynamodb", "requests", "urllib3",
}  # fmt: skip
IMPURE = {"datetime.now", "os", "random", "secrets", "socket", "subprocess", "time", "logging"}


def imported(path: Path) -> set[str]:
    """The modules that a file imports when it is run or type-checked."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def files(folder: str) -> list[Path]:
    found = sorted((PACKAGE / folder).rglob("*.py"))
    assert found
    return found


@pytest.mark.parametrize("folder", ALLOWED)
def test_a_folder_imports_only_what_lies_below_it(folder: str) -> None:
    for path in files(folder):
        ours = {name.split(".")[1] for name in imported(path) if name.startswith("deployer.")}
        assert ours <= ALLOWED[folder], path.relative_to(ROOT)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_of_generation_imports_only_what_lies_below_it(room: str) -> None:
    place = PACKAGE / "generation" / room
    for path in [place] if place.is_file() else files(f"generation/{room}"):
        ours = {
            name.split(".")[2] for name in imported(path) if name.startswith("deployer.generation.")
        }
        assert ours <= ROOMS[room], path.relative_to(ROOT)


def test_the_use_cases_lie_on_top_of_what_they_share() -> None:
    for folder, above in {"services/github": "worker", "adapters": "services"}.items():
        for path in files(folder):
            assert not any(
                name.startswith(f"deployer.services.{above}") for name in imported(path)
            ), path.relative_to(ROOT)


def test_no_module_imports_itself_in_a_circle() -> None:
    modules = {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path
        for path in PACKAGE.rglob("*.py")
    }
    uses = {name: imported(path) & set(modules) for name, path in modules.items()}
    while leaves := {name for name, used in uses.items() if not used & set(uses)}:
        uses = {name: used for name, used in uses.items() if name not in leaves}
    assert not uses, f"circle among {sorted(uses)}"


@pytest.mark.parametrize("folder", ["domain", "generation", "services", "pages"])
def test_vendor_libraries_stay_in_the_adapters(folder: str) -> None:
    for path in files(folder):
        roots = {name.split(".")[0] for name in imported(path)}
        assert not roots & VENDORS, path.relative_to(ROOT)


@pytest.mark.parametrize("folder", ["domain", "generation", "services", "pages"])
def test_rules_use_no_environment_clock_chance_or_log(folder: str) -> None:
    for path in files(folder):
        assert not imported(path) & IMPURE, path.relative_to(ROOT)
        assert "datetime.now(" not in path.read_text(), path.relative_to(ROOT)


def test_nothing_in_the_layer_knows_the_local_cloud_or_the_tests() -> None:
    for path in PACKAGE.rglob("*.py"):
        roots = {name.split(".")[0] for name in imported(path)}
        assert not roots & {"local", "operate", "tests", "functions"}, path.relative_to(ROOT)


def test_the_operators_commands_know_neither_the_local_cloud_nor_the_tests() -> None:
    for path in (ROOT / "operate").rglob("*.py"):
        roots = {name.split(".")[0] for name in imported(path)}
        assert not roots & {"local", "tests", "functions"}, path.relative_to(ROOT)


def test_a_function_is_one_file() -> None:
    for folder in (ROOT / "functions").iterdir():
        names = {path.name for path in folder.iterdir() if path.name != "__pycache__"}
        assert {name for name in names if name.endswith(".py")} == {"app.py"}, folder.name


@pytest.mark.parametrize(
    ("function", "calls", "unwanted"),
    [
        ("validator", "bootstrap.app.accept; bootstrap.app.admit", {"github", "dulwich", "openai"}),
        ("status", "bootstrap.app.status", {"github", "dulwich", "openai", "boto3", "jinja2"}),
        (
            "browser",
            "bootstrap.app.visit",
            {"github", "dulwich", "openai", "pynamodb", "detect_secrets", "yaml", "tree_sitter"},
        ),
        ("notifier", "bootstrap.app.notify", {"github", "dulwich", "openai", "boto3"}),
    ],
)
def test_a_function_loads_only_what_it_uses(function: str, calls: str, unwanted: set[str]) -> None:
    script = (
        f"import sys; from functions.{function} import app; from deployer import bootstrap; "
        f"{calls}; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    )
    names = ("TABLE_NAME", "BUCKET_NAME", "QUEUE_URL", "SECRET_NAME")
    environment = {
        **dict.fromkeys(names, "x"),
        "RETRY_DELAYS": "1",
        "MAX_RETRY_ATTEMPTS": "1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "test",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/core'}",
    }
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False
    )
    assert run.returncode == 0, run.stderr
    assert not set(run.stdout.split()) & unwanted


def test_the_browser_function_loads_nothing_that_its_own_layer_lacks() -> None:
    """It has no other layer of packages; Lambda's runtime brings boto3."""
    script = (
        "import importlib.metadata as metadata, sys; from functions.browser import app;"
        "from deployer import bootstrap; bootstrap.app.visit; import brotli;"
        "owners = metadata.packages_distributions();"
        "roots = {name.split('.')[0] for name in sys.modules} - {'google'};"  # a namespace of many
        "print(*sorted({owner for root in roots for owner in owners.get(root, [])}))"
    )
    environment = {
        "BUCKET_NAME": "x",
        "AWS_DEFAULT_REGION": "us-east-1",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "test",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/core'}",
    }
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True
    )
    lock = (ROOT / "layers/browser/requirements.txt").read_text()
    has = {line.split("==")[0] for line in lock.splitlines() if "==" in line}
    loaded = {name.lower().replace("_", "-") for name in run.stdout.split()}
    assert {"pydantic", "requests", "brotli"} <= loaded
    assert loaded - has <= {"boto3", "botocore", "s3transfer"}
