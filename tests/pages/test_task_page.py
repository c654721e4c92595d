"""A task's page in a real browser."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import requests

from deployer.domain.check_verdict import CheckVerdict
from deployer.domain.round import Round
from deployer.domain.visit import Verdict
from tests.pages.conftest import Site
from tests.support.builders import START, a_publication, a_report, a_round
from tests.support.reader import NARROW, NARROWEST, WIDE, Reader

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")
HTML = {"Accept": "text/html"}
HOSTILE = "</summary><script>document.title = 'theirs'</script><b id=theirs>" + "long" * 60
VERDICTS = (
    CheckVerdict("js: document.title === `Sales`", 1, Verdict.PASSES, "", held=("loaded",)),
    CheckVerdict(
        "The page greets its reader", 1, Verdict.CANNOT_TELL, "no steps", steps=("reload",)
    ),
    CheckVerdict(HOSTILE, 1, Verdict.FAILS, "it gives NaN"),
)


def ended(task: str) -> Round:
    report = a_report(verdicts=VERDICTS, unmet=(HOSTILE,), notes=("A note.",), cost_usd=0.0123)
    written = a_round(task=task).generated("sites/x", None, report, START)
    done = written.published(a_publication(), START)
    return done.notified(done.latest.deployment_id, 1, "HTTP 200", START)


def test_a_task_is_followed_to_its_end_without_loading_the_page_again(
    site: Site, reader: Reader
) -> None:
    record = site.rounds.save(a_round(task="followed"))
    reader.open(site.task("followed"))
    reader.value("window.stayed = true")
    assert "QUEUED" in reader.text()
    record = site.rounds.save(record.generated("sites/x", None, a_report(), START))
    reader.wait("document.body.innerText.includes('GENERATED')")
    record = site.rounds.save(record.published(a_publication(), START))
    reader.wait("document.body.innerText.includes('PUBLISHED')")
    site.rounds.save(record.notified(record.latest.deployment_id, 1, "HTTP 200", START))
    reader.wait("document.body.innerText.includes('NOTIFIED')")
    assert reader.value("window.stayed")
    assert not reader.value("!!document.querySelector('[hx-trigger]')")
    assert reader.complaints == []


def test_evidence_opens_with_the_keyboard_alone(site: Site, reader: Reader) -> None:
    site.rounds.save(ended("evidence"))
    reader.open(site.task("evidence"))
    assert "it gives NaN" not in reader.text()
    reader.value("[...document.querySelectorAll('summary')].at(-1).focus()")
    reader.press("Enter")
    reader.wait("document.body.innerText.includes('it gives NaN')")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW, NARROWEST])
def test_a_page_fits_its_window_and_axe_finds_nothing(
    site: Site, reader: Reader, width: int, dark: bool, tmp_path: Path
) -> None:
    task = f"axe-{width}-{dark}"
    site.rounds.save(ended(task))
    reader.look(width, dark=dark)
    reader.open(site.task(task))
    reader.value("document.querySelectorAll('details').forEach(one => one.open = true)")
    reader.photograph(Path(os.environ.get("PHOTOGRAPHS", tmp_path)) / f"{task}.png")
    assert not reader.overflows()
    assert reader.violations() == []
    assert reader.value("document.title") != "theirs"
    assert not reader.value("!!document.querySelector('#theirs')")


def test_without_scripts_a_page_tells_the_same(site: Site, reader: Reader) -> None:
    site.rounds.save(a_round(task="plain"))
    text = requests.get(site.task("plain"), headers=HTML, timeout=30).text
    assert '<a href="">look again</a>' in text
    assert "Round 1" in text


def test_a_task_that_is_not_there_has_a_page_that_says_so(site: Site, reader: Reader) -> None:
    answer = requests.get(site.task("nobodys"), headers=HTML, timeout=30)
    assert answer.status_code == 404
    reader.open(site.task("nobodys"))
    assert "No such task was accepted from this e-mail." in reader.text()
    assert reader.violations() == []


def test_the_form_of_the_first_page_leads_to_a_task(site: Site, reader: Reader) -> None:
    site.rounds.save(ended("found"))
    reader.open(f"{site.url}/")
    assert reader.violations() == []
    assert not reader.overflows()
    reader.value("document.querySelector('#email').value = 'student@example.com'")
    reader.value("document.querySelector('#task').value = ' found '")
    reader.value("document.querySelector('button').click()")
    reader.wait("document.body.innerText.includes('Round 1')")
    assert reader.value("location.pathname").endswith("/api/status/student@example.com/found")
    assert reader.complaints == []


def test_a_task_of_any_name_leads_nowhere_else(site: Site) -> None:
    asked = {"email": "//evil.example/", "task": "../..\r\nSet-Cookie: a=b"}
    answer = requests.get(site.url, asked, headers=HTML, timeout=30, allow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/dev/api/status/%2F%2Fevil.example%2F/..%2F")
    assert "Set-Cookie" not in answer.headers


def test_programs_get_json_as_ever(site: Site) -> None:
    site.rounds.save(a_round(task="program"))
    answer = requests.get(site.task("program"), timeout=30)
    assert answer.json()["round1"]["state"] == "QUEUED"
    assert answer.headers["Vary"] == "Accept"


def test_a_page_may_load_nothing_but_its_own_files_and_is_kept_by_nobody(site: Site) -> None:
    site.rounds.save(a_round(task="headers"))
    headers = requests.get(site.task("headers"), headers=HTML, timeout=30).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'; ")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    "name", ["style.css", "style-0.css", "..%2Ftemplates%2Fbase.html", "NOTICE"]
)
def test_only_the_files_that_pages_load_are_given_out(site: Site, name: str) -> None:
    answer = requests.get(f"{site.url}/assets/{name}", timeout=30)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_the_first_view_of_a_page_takes_at_most_60_kilobytes(site: Site, reader: Reader) -> None:
    site.rounds.save(ended("weight"))
    reader.open(site.task("weight"))
    names = reader.value("performance.getEntriesByType('resource').map(one => one.name)")
    assert len(names) == 2
    sizes = [
        len(requests.get(one, headers=HTML, timeout=30).content)
        for one in [*names, site.task("weight")]
    ]
    assert sum(sizes) <= 60_000
