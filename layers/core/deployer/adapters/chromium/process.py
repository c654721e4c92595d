"""One run of Chromium: its flags, what it sees of this machine, and its end."""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from deployer.adapters.chromium.executable import Executable
from deployer.adapters.chromium.memory import MemoryWatch
from deployer.adapters.chromium.protocol import Connection

MEMORY_BYTES = 1400 << 20
"""Of all the browser's processes, shared pages counted more than once: about 450 MB for a page
that is well. The function has 2,048 MB."""
INSTALLED_MEMORY_BYTES = 3 << 30
"""A whole Chrome, on a machine that has one, takes three times as much."""
HEAP_MEGABYTES = 256
"""The limit on one page's JavaScript heap."""

NO_NETWORK = (
    # Interception alone lets preconnects, WebRTC and posts to new windows through.
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",  # the headless shell's name
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",  # a whole Chrome's
)
_ALWAYS = (
    "--headless=shell",
    "--remote-debugging-pipe",
    "--no-sandbox",  # Lambda has no user namespaces; the function's role is the sandbox
    "--no-zygote",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-print-preview",
    "--disable-sync",
    "--disk-cache-size=33554432",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--lang=en-US",
    "--metrics-recording-only",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
    "--window-size=1280,800",
    f"--js-flags=--max-old-space-size={HEAP_MEGABYTES}",
)
_OFF = "AudioServiceOutOfProcess,MediaRouter,OptimizationHints,Translate"
_MODES = {
    "several": (f"--disable-features={_OFF}",),
    "single": (f"--disable-features={_OFF},IsolateOrigins,site-per-process", "--single-process"),
}
_WITHOUT_GRAPHICS = ("--disable-gpu", "--disable-webgl")
_WITH_GRAPHICS = (
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--in-process-gpu",
    "--use-angle=swiftshader",
    "--use-gl=angle",
)


_PR_SET_DUMPABLE = 4
"""prctl(2)"""


class Mode(StrEnum):
    """Several processes for a browser, or a single one, which holds one page and no second
    context."""

    SEVERAL = "several"
    SINGLE = "single"


@dataclass(frozen=True)
class Options:
    """Options for starting a browser."""

    mode: Mode = Mode.SEVERAL
    graphics: bool = False
    """WebGL, drawn by the processor: slower, and one start in a hundred crashes."""
    network: tuple[str, ...] = NO_NETWORK
    """The flags that say what it may reach."""
    memory_bytes: int = MEMORY_BYTES

    @property
    def flags(self) -> tuple[str, ...]:
        graphics = _WITH_GRAPHICS if self.graphics else _WITHOUT_GRAPHICS
        return (*_ALWAYS, *_MODES[self.mode], *graphics, *self.network)


class Process:
    """A running browser, in a process group and a folder of its own. `kill` ends and removes both.

    Raises:
        OSError: it could not be started.
    """

    def __init__(self, executable: Executable, options: Options) -> None:
        self.options = options
        self.folder = Path(tempfile.mkdtemp(prefix="browser-"))
        self._status: int | None = None
        self._killed = False
        try:
            self.pid, self.connection = _spawn(executable, options, self.folder)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        limit = options.memory_bytes if executable.bundle else INSTALLED_MEMORY_BYTES
        self.memory = MemoryWatch(self.pid, limit)
        self.memory.start()

    def ended(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def kill(self) -> None:
        """End the browser and all that it started; safe to do twice."""
        self.memory.stop()
        if self._killed:
            return
        self._killed = True
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        until = time.monotonic() + 5
        while self.ended() is None and time.monotonic() < until:
            time.sleep(0.005)
        self.connection.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def hide_environment() -> None:
    """Keep `/proc/<our pid>/environ` and our memory from what we start as the same user.

    Does nothing where there is no prctl (not Linux).
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_DUMPABLE, 0)


def environment(executable: Executable, folder: Path) -> dict[str, str]:
    """The browser's environment variables; none of AWS's is among them."""
    known = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "en_US.UTF-8",
        "TZ": "UTC",
    }
    if executable.bundle is None:
        return known
    return known | {
        "LD_LIBRARY_PATH": str(executable.bundle / "lib"),
        "FONTCONFIG_FILE": str(_fonts(executable.bundle, folder)),
    }


def _fonts(bundle: Path, folder: Path) -> Path:
    """Write a fontconfig of our own: the package's names other folders, and text would not show."""
    place = folder / "fonts.conf"
    place.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{bundle}/fonts</dir><cachedir>{folder}/fonts</cachedir></fontconfig>"
    )
    return place


def _spawn(executable: Executable, options: Options, folder: Path) -> tuple[int, Connection]:
    """Start the browser, which reads commands from its descriptor 3 and writes to 4."""
    commands, write_fd = os.pipe()
    read_fd, answers = os.pipe()
    null = os.open(os.devnull, os.O_RDWR)
    log = os.open(folder / "stderr", os.O_WRONLY | os.O_CREAT, 0o600)
    theirs = [_clear(fd) for fd in (null, null, log, commands, answers)]
    try:
        pid = os.posix_spawn(
            executable.path,
            [
                str(executable.path),
                *options.flags,
                f"--user-data-dir={folder}/profile",
                "about:blank",
            ],
            environment(executable, folder),
            file_actions=[(os.POSIX_SPAWN_DUP2, fd, place) for place, fd in enumerate(theirs)],
            setpgroup=0,
        )
    except BaseException:
        os.close(write_fd)
        os.close(read_fd)
        raise
    finally:
        for fd in (commands, answers, null, log, *theirs):
            os.close(fd)
    return pid, Connection(read_fd, write_fd)


def _clear(fd: int) -> int:
    """A copy of `fd` that is none of the descriptors to be placed."""
    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 5)
