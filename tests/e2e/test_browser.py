"""The browser function on the local cloud: invoked as the worker does it, with its own rights."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from pydantic import TypeAdapter

from deployer.adapters.browser import asked_to_json
from deployer.adapters.s3 import S3Candidates
from deployer.domain.computed import Computation, Computing, Output, Outputs
from deployer.domain.policy import Kind, policy
from deployer.domain.site import Site
from deployer.domain.visit import Verdict, Visit
from local import demo, stand_ins
from local.stack import STACK
from operate.places import Ports
from operate.progress import Progress
from tests.e2e.conftest import Deployer
from tests.e2e.test_least_privilege import BROWSER, missed, without

pytestmark = pytest.mark.e2e
BOOTSTRAP = "https://cdn.jsdelivr.net/npm/bootstrap@5.3.3/dist/css/bootstrap.min.css"
PAGE = f"<!doctype html><title>Sales</title><link rel=stylesheet href={BOOTSTRAP}><p class=h1>12"


def visit(deployer: Deployer) -> dict[str, Any]:
    """The function's answer to a visit of `PAGE`."""
    name = uuid.uuid4().hex
    wanted = Visit(
        f"candidates/{name}.json",
        f"pictures/{name}/",
        ("document.title === 'Sales'", "getComputedStyle(document.querySelector('p')).fontSize"),
        policy=policy([(Kind.STYLE, "cdn.jsdelivr.net")]),
    )
    return invoke(deployer, wanted, Site({"index.html": PAGE.encode()}))


def invoke(deployer: Deployer, wanted: Visit | Computing, site: Site) -> dict[str, Any]:
    """The function's answer to a task about `site`."""
    bucket = deployer.endpoints["stack"]["BucketName"]
    S3Candidates(bucket, deployer.aws("s3")).save(wanted.candidate, site)
    answer = deployer.aws("lambda").invoke(
        FunctionName=f"{STACK}-browser", Payload=json.dumps(asked_to_json(wanted)).encode()
    )
    found: dict[str, Any] = json.loads(answer["Payload"].read())
    return found


def test_a_candidate_is_opened_with_its_library_and_photographed(deployer: Deployer) -> None:
    report = visit(deployer)
    assert report["problem"] == ""
    for look in report["looks"]:
        assert [evidence["verdict"] for evidence in look["evidence"]] == [Verdict.PASSES] * 2
        assert look["happenings"] == []
    assert report["looks"][0]["evidence"][1]["gave"] == '"40px"'  # Bootstrap's, not the browser's
    bucket = deployer.endpoints["stack"]["BucketName"]
    for picture in report["pictures"]:
        kept = deployer.aws("s3").get_object(Bucket=bucket, Key=picture["key"])
        assert kept["ContentType"] == "image/png"
        assert kept["Body"].read().startswith(b"\x89PNG")
    assert deployer.logged('"visited"', '"mode":"several"')


def test_a_file_is_computed_from_stored_data(deployer: Deployer) -> None:
    script = "return { sum: files['a.csv'].split(',').reduce((sum, one) => sum + Number(one), 0) }"
    computation = Computation("sum.json", ("a.csv",), script)
    wanted = Computing(f"candidates/{uuid.uuid4().hex}.json", (computation,), 300_000, 20.0)
    answer = invoke(deployer, wanted, Site({"a.csv": b"1,2,4"}))

    assert TypeAdapter(Outputs).validate_python(answer).outputs == (Output(b'{\n  "sum": 7\n}\n'),)
    assert deployer.logged('"computed"', '"files":1')


def test_figures_that_a_brief_asks_for_are_computed_and_published(deployer: Deployer) -> None:
    body = deployer.request("round1", "figures")
    more = " Also save summary.json with the count and sum of its sales column."
    deployer.post({**body, "brief": body["brief"] + more})
    entry = deployer.wait("figures")
    served = requests.get(f"{entry['pages_url']}summary.json", timeout=10)

    assert set(served.json()) == {"count", "sum"}
    assert entry["generation"]["computed"] == [
        {"path": "summary.json", "inputs": ["data.csv"], "bytes": len(served.content)}
    ]
    assert {verdict["verdict"] for verdict in entry["generation"]["verdicts"][2:]} == {"passes"}


@pytest.mark.parametrize("statement", missed("BrowserRole"))
def test_the_browser_needs_each_statement(deployer: Deployer, statement: str) -> None:
    with without(deployer, "BrowserRole", statement):
        assert "AccessDenied" in visit(deployer)["errorMessage"]
    assert visit(deployer)["problem"] == ""


@pytest.mark.parametrize("statement", BROWSER)
def test_the_worker_needs_each_statement_to_ask_and_goes_on_without(
    deployer: Deployer, statement: str
) -> None:
    task = f"unseen-{statement.lower()}"
    with without(deployer, "WorkerRole", statement):
        accepted = deployer.post(deployer.request("round1", task)).json()
        generation = deployer.wait(task)["generation"]
    assert {verdict["verdict"] for verdict in generation["verdicts"]} == {Verdict.CANNOT_TELL}
    assert deployer.logged("browser_unavailable", "AccessDenied", accepted["deployment_id"])


def test_the_status_links_to_pictures_that_its_role_may_read(deployer: Deployer) -> None:
    deployer.post(deployer.request("round1", "pictured"))
    generation = deployer.wait("pictured")["generation"]

    assert {verdict["verdict"] for verdict in generation["verdicts"][2:]} == {"passes"}
    shown = requests.get(generation["screenshots"]["375"], timeout=10)
    assert shown.content.startswith(b"\x89PNG")
    with without(deployer, "StatusRole", "Pictures"):
        assert requests.get(shown.url, timeout=10).status_code == 403


@dataclass
class Running:
    """The started system, as the demo knows it."""

    endpoints: dict[str, Any]
    cast: stand_ins.Cast

    def check(self) -> None:
        """Everything runs: the tests would fail otherwise."""


def test_the_demo_shows_a_mistake_found_and_repaired(
    deployer: Deployer, capsys: pytest.CaptureFixture[str]
) -> None:
    port = int(deployer.endpoints["api_url"].rpartition(":")[2])
    cast = stand_ins.only_stand_ins(Ports(port))

    demo.Demo(Running(deployer.endpoints, cast), Progress()).play()

    told = capsys.readouterr().out
    assert "round 1: #total-sales shows NaN, expected 800 ± 0.01: repaired" in told
    (first, _) = (deployer.wait("sum-of-sales-a1b2c", number) for number in (1, 2))
    assert first["generation"]["calls"] == 2
    assert first["generation"]["unmet"] == []
