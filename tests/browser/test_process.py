"""Starting the browser: what it sees of this machine, crashes, hangs, and its end."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deployer.adapters.chromium.browser import Chromium
from deployer.adapters.chromium.executable import Executable, find, installed, unpack
from deployer.adapters.chromium.process import Mode, Options, Process
from deployer.domain.page import NoBrowserError, PageLostError
from deployer.domain.site import Site
from tests.support.chromium import FETCHED, executable, open_site

ROOT = Path(__file__).parents[2]
SITE = {"index.html": b"<title>Here</title>"}


def running(folder: str) -> list[int]:
    """The processes whose command line names `folder`."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if folder in place.read_text():
                found.append(int(place.parent.name))
        except OSError:
            continue
    return found


@pytest.fixture
def process() -> Iterator[Process]:
    started = Process(executable(), Options())
    yield started
    started.kill()


def test_the_browser_sees_no_variable_of_ours(
    monkeypatch: pytest.MonkeyPatch, process: Process
) -> None:
    process.connection.call("Browser.getVersion")
    assert os.environ["AWS_SECRET_ACCESS_KEY"]
    for pid in running(str(process.folder)):
        names = {
            line.partition("=")[0]
            for line in Path(f"/proc/{pid}/environ").read_text().split("\0")
            if line
        }
        assert names <= {
            "PATH", "HOME", "TMPDIR", "LANG", "TZ", "LD_LIBRARY_PATH", "FONTCONFIG_FILE",
        }  # fmt: skip


def test_our_own_environment_is_hidden_from_what_we_start() -> None:
    """A process that cannot be dumped is another user's in /proc (proc(5)); root sees it all."""
    script = (
        "import ctypes; from deployer.adapters.chromium.process import hide_environment;"
        "hide_environment(); print(ctypes.CDLL(None).prctl(3))"
    )
    path = {"PYTHONPATH": str(ROOT / "layers/core")}
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, env=path, check=True)
    assert run.stdout.strip() == b"0"


def test_killing_it_ends_its_processes_and_removes_its_folder(process: Process) -> None:
    process.connection.call("Browser.getVersion")
    assert running(str(process.folder))
    process.kill()
    process.kill()
    assert running(str(process.folder)) == []
    assert not process.folder.exists()


def test_the_pipes_are_closed_with_it() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        Process(executable(), Options()).kill()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def fake(folder: Path, script: str) -> Executable:
    """A program in the browser's place; `$REAL` in it is the browser's own."""
    real = executable()
    program = folder / "chromium"
    program.write_text(f"#!/bin/sh\nREAL={real.path}\nSTATE={folder}/state\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    return Executable(program, real.bundle)


def test_a_crash_at_the_start_is_tried_again(tmp_path: Path) -> None:
    crashes_once = '[ -e $STATE ] || { touch $STATE; kill -SEGV $$; }; exec $REAL "$@"'
    chromium = Chromium(lambda: fake(tmp_path, crashes_once))
    with chromium.open(Site(SITE), lambda _: False) as opened:
        assert opened.page.open("", 5)
        assert opened.starts == 2
        assert opened.mode == Mode.SEVERAL


def test_a_hang_leads_to_a_single_process_and_is_not_waited_for_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployer.adapters.chromium.browser.START_SECONDS", 0.3)
    hangs = 'case "$*" in *single-process*) exec $REAL "$@";; *) sleep 60;; esac'
    chromium = Chromium(lambda: fake(tmp_path, hangs))
    for starts in (2, 1):
        with chromium.open(Site(SITE), lambda _: False) as opened:
            assert opened.page.open("", 5)
            assert opened.page.evaluate("document.title", 2).gave == '"Here"'
            assert opened.mode == Mode.SINGLE
            assert opened.starts == starts


def test_a_dead_browser_is_said_to_be_dead_and_leaves_nothing(tmp_path: Path) -> None:
    chromium = Chromium(lambda: fake(tmp_path, "exit 3"))
    begin = time.monotonic()
    with (
        pytest.raises(NoBrowserError, match="it ended with exit code 3"),
        chromium.open(Site(SITE), lambda _: False),
    ):
        pass
    assert time.monotonic() - begin < 5
    assert running(str(tmp_path)) == []


def test_a_browser_that_talks_nonsense_is_ended(tmp_path: Path) -> None:
    chromium = Chromium(lambda: fake(tmp_path, "printf 'nonsense\\0' >&4; sleep 60"))
    with (
        pytest.raises(NoBrowserError, match="not the protocol"),
        chromium.open(Site(SITE), lambda _: False),
    ):
        pass


def test_a_browser_killed_under_its_page_is_noticed_at_once(chromium: Chromium) -> None:
    begin = time.monotonic()
    with open_site(SITE, chromium=chromium) as page:
        (started,) = psutil.Process().children()
        threading.Timer(0.2, started.kill).start()
        with pytest.raises(PageLostError) as lost:
            page.wait(30)
    assert not lost.value.by_page
    assert time.monotonic() - begin < 10


def test_a_missing_package_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(NoBrowserError, match="could not be unpacked"):
        unpack(tmp_path, tmp_path / "unpacked")
    assert list(tmp_path.iterdir()) == []


def test_unpacking_twice_at_once_gives_one_browser(tmp_path: Path) -> None:
    packed = next(FETCHED.glob("@sparticuz/chromium@*/bin"))
    threads = [
        threading.Thread(target=unpack, args=(packed, tmp_path / "unpacked")) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [place.name for place in tmp_path.iterdir()] == ["unpacked"]
    assert os.access(tmp_path / "unpacked/chromium", os.X_OK)


def test_an_installed_browser_is_found_and_a_wrong_path_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoBrowserError, match="set BROWSER_PATH"):
        installed()
    with pytest.raises(NoBrowserError, match="/nowhere"):
        installed("/nowhere")
    program = tmp_path / "chromium"
    program.touch(mode=0o755)
    assert installed() == Executable(program)
    assert installed(str(program)) == Executable(program)
    assert find("", tmp_path / "no-package", tmp_path / "unpacked") == Executable(program)
    assert find(str(program), FETCHED, tmp_path / "unpacked") == Executable(program)
