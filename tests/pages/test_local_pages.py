"""The pages of the local evaluator and of the local GitHub, in a real browser."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import requests

from local import evaluator, github
from tests.support.reader import NARROWEST, WIDE, Reader

HOSTILE = "<script>document.title = 'theirs'</script>"


@pytest.mark.parametrize("width", [WIDE, NARROWEST])
def test_the_evaluators_page_fits_its_window_and_shows_text_as_text(
    reader: Reader, tmp_path: Path, width: int
) -> None:
    with evaluator.serve(tmp_path) as running:
        told = {
            "email": "student@example.com",
            "task": HOSTILE,
            "round": 1,
            "nonce": "ab12-",
            "repo_url": "http://127.0.0.1/git/local-student/todo-app",
            "commit_sha": "0123456789abcdef0123456789abcdef01234567",
            "pages_url": "javascript:alert(1)",
        }
        requests.post(running.notify_url, json=told, timeout=10)
        reader.look(width, dark=width == WIDE)
        reader.open(running.url)
        folder = Path(os.environ.get("PHOTOGRAPHS", tmp_path))
        reader.photograph(folder / f"evaluator-{width}.png")
        assert HOSTILE in reader.text()
        assert reader.value("document.title") == "Evaluator"
        links = "[...document.links].map(one => one.getAttribute('href'))"
        assert reader.value(links) == [told["repo_url"]]
        assert not reader.overflows()
        # A page that loads itself again is what its watcher wants: nothing is typed into it.
        found = [one for one in reader.violations() if not one.startswith("meta-refresh")]
        assert found == []


@pytest.mark.parametrize("width", [WIDE, NARROWEST])
def test_the_pages_of_github_fit_their_windows(reader: Reader, tmp_path: Path, width: int) -> None:
    with github.serve(tmp_path / "github") as running:
        headers = {"Authorization": f"Bearer {running.token}"}
        wanted = {"name": "todo-app", "description": HOSTILE}
        url = f"{running.url}/user/repos"
        requests.post(url, json=wanted, headers=headers, timeout=10).raise_for_status()
        reader.look(width)
        for page in (running.owner, f"{running.owner}/todo-app"):
            reader.open(f"{running.git_url}/{page}")
            assert HOSTILE in reader.text()
            assert not reader.overflows()
            assert reader.violations() == []
